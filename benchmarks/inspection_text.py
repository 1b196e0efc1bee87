"""python -m benchmarks.inspection_text [--scenes N] [--first SEED] [--photos FOLDER] [--faces] [--pictures FOLDER]

How much of letters, badges, screens and plates the finder of writing marks. With --photos: what it marks in a folder of
photos, to be looked at.

A thing is *marked* where regions cover a tenth of it, *covered* where they cover four fifths (of ink without a ground of
its own: half), of the *right kind* where the region that covers most of it has its kind. A *false* region lies for less than
a fifth on any thing; the grounds have hardly any writing of their own (a motorcycle's maker is counted as false).
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from benchmarks.text_scenes import Scene, scene
from benchmarks.things import Pixels
from stylize.models import Region
from stylize.photo.documents import find_documents
from stylize.photo.people import find_faces
from stylize.photo.small_faces import sight

_COARSE = 8
_COLOURS = {
    "text": (255, 0, 0),
    "paper": (0, 190, 0),
    "badge": (255, 0, 255),
    "screen": (0, 150, 255),
    "plate": (255, 220, 0),
}


def mask(corners: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Where a quadrangle lies, at an eighth of the size."""
    out = np.zeros((shape[0] // _COARSE, shape[1] // _COARSE), np.uint8)
    cv2.fillPoly(out, [np.rint(corners / _COARSE).astype(np.int32)], 1)
    return out.astype(bool)


def compare(made: Scene, regions: tuple[Region, ...], tally: dict[str, np.ndarray]) -> int:
    """Count things, marked, covered, right kind (in this order) into `tally`, by thing, x-height and script.

    Returns how many regions are false.
    """
    shape = made.pixels.shape
    masks = [mask(region.corners, shape) for region in regions]
    every = np.any(masks, axis=0) if masks else np.zeros(mask(np.zeros((4, 2)), shape).shape, bool)
    things = [mask(placed.corners, shape) for placed in made.placed]
    for placed, there in zip(made.placed, things, strict=True):
        area = max(1, int(there.sum()))
        share = (every & there).sum() / area
        best = max(range(len(masks)), key=lambda n: int((masks[n] & there).sum()), default=None)
        right = best is not None and share > 0.1 and regions[best].kind is placed.kind
        row = np.array([1, share > 0.1, share > (0.5 if placed.name == "shirt" else 0.8), right])
        written = not placed.name.startswith("blank")
        rows = [placed.name] + ([f"x-height {placed.x_height:g}", placed.script, "all written"] if written else [])
        for name in rows:
            tally[name] = tally[name] + row
    anything = np.any(things, axis=0) if things else np.zeros_like(every)
    return sum(1 for part in masks if (part & anything).sum() < 0.2 * max(1, part.sum()))


def draw(pixels: Pixels, regions: tuple[Region, ...], into: Path) -> None:
    """A small picture with the regions' outlines."""
    scale = min(1.0, 1000 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for region in regions:
        cv2.polylines(small, [np.rint(region.corners * scale).astype(np.int32)], True, _COLOURS[region.kind], 2)
    cv2.imwrite(str(into), cv2.cvtColor(small, cv2.COLOR_RGB2BGR))


def look(pixels: Pixels, with_faces: bool) -> tuple[tuple[Region, ...], float]:
    """What the finder says of `pixels`, and its CPU seconds (faces not counted)."""
    faces = find_faces(pixels, sight(pixels)) if with_faces else ()
    began = time.process_time()
    regions = find_documents(pixels, faces)
    return regions, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=40)
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--faces", action="store_true", help="find the faces first, without which there are no badges")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--alone", help="not used here; benchmarks.inspection hands it to all its parts")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures with what was found")
    chosen = parser.parse_args()
    if chosen.photos:
        for path in sorted(chosen.photos.iterdir()):
            read = cv2.imread(str(path))
            if read is None:
                continue
            pixels = np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
            regions, seconds = look(pixels, chosen.faces)
            print(f"{path.name:32} {seconds:.2f} s", *(f"{r.kind.value} {r.score:.2f}" for r in regions), flush=True)
            if chosen.pictures:
                draw(pixels, regions, chosen.pictures / f"{path.stem}.png")
        return
    tally: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(4, int))
    false, spent = 0, []
    for seed in range(chosen.first, chosen.first + chosen.scenes):
        made = scene(seed)
        regions, seconds = look(made.pixels, chosen.faces)
        false += compare(made, regions, tally)
        spent.append(seconds)
        if chosen.pictures:
            draw(made.pixels, regions, chosen.pictures / f"scene{seed}.png")
    print("| things | number | marked | covered | right kind |\n|---|---|---|---|---|")
    for name, (count, marked, covered, right) in sorted(tally.items()):
        print(f"| {name} | {count} | {marked / count:.0%} | {covered / count:.0%} | {right / count:.0%} |")
    print(f"\nfalse regions: {false} in {chosen.scenes} scenes; CPU seconds a scene, median: {np.median(spent):.2f}")


if __name__ == "__main__":
    main()
