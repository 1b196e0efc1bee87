"""python -m benchmarks.inspection_faces [--scenes N] [--photos FOLDER] [--alone FOLDER]

How many faces are found, by size and tilt, in scenes of 12 megapixels whose faces are known; with FOLDER by size and turn
of the head in your own photos, too. There `faces.json` holds, for each file, what an eye saw:
    {"street.jpg": [{"box": [left, top, right, bottom], "view": "front"}], "_ignore": {"street.jpg": [[...], ...]}}
`view`: front, turned or profile. `_ignore`: where nobody could say. The photos are scaled down to the sizes of the table
and laid on a canvas of 12 megapixels. `--alone`: photos of one person each, for false alarms.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from benchmarks.face_scenes import HEIGHT, ROOMS, WIDTH, Pixels, room, scenes, shot
from stylize import photo
from stylize.geometry import Box
from stylize.models import Face
from stylize.photo.centerface import same_face
from stylize.photo.people import find_faces
from stylize.photo.small_faces import find_small_faces, sight

SIZES = (16.0, 20.0, 24.0, 30.0, 40.0, 60.0, 100.0, 200.0)
ROLLS = (0, 45, 90, 135, 180)
VIEWS = ("front", "turned", "profile")
_BINS = (14, 18, 25, 35, 50, 80, 140, 280)

Counts = dict[tuple[str, str], list[tuple[bool, bool]]]


def found_in(pixels: Pixels) -> tuple[list[Box], list[Box]]:
    """(what BlazeFace in tiles with the mesh finds, what inspection finds in all)."""
    before = [face.box for face in find_faces(pixels)]
    sighted = sight(pixels)
    faces = find_faces(pixels, sighted)
    return before, _all(sighted, faces)


def _all(sighted: tuple[Face, ...], faces: tuple[Face, ...]) -> list[Box]:
    return [face.box for face in faces] + [region.box for region in find_small_faces(sighted, faces)]


def _hit(box: Box, found: list[Box]) -> bool:
    return any(same_face(box, other) for other in found)


def composed(seeds: range) -> tuple[Counts, list[int]]:
    """By (tilt, size); and how many false alarms each scene has."""
    counts: Counts = defaultdict(list)
    false = []
    for rolls, lot in (((0.0,), seeds), ((45.0, 90.0, 135.0, 180.0, -45.0, -90.0, -135.0), seeds)):
        for scene in scenes(lot, SIZES, rolls):
            before, now = found_in(scene.pixels)
            for face in scene.faces:
                tilt = min(ROLLS, key=lambda roll: abs(abs(face.roll) - roll))
                counts[f"{tilt}°", f"{face.width_px:.0f}"].append((_hit(face.box, before), _hit(face.box, now)))
            false.append(sum(not any(same_face(box, face.box) for face in scene.faces) for box in now))
    return counts, false


def annotated(folder: Path) -> tuple[Counts, int, int]:
    """By (view, size); false alarms; canvases."""
    counts: Counts = defaultdict(list)
    false = canvases = 0
    for size in (20, 28, 40, 64, 110, 200):
        for canvas, faces, ignored in _canvases(folder, size):
            before, now = found_in(canvas)
            for box, view in faces:
                names = [f"{low} to {high}" for low, high in pairwise(_BINS) if low <= box.width < high]
                if names:
                    counts[view, names[0]].append((_hit(box, before), _hit(box, now)))
            known = [box for box, _ in faces] + ignored
            false += sum(not _hit(box, known) for box in now)
            canvases += 1
    return counts, false, canvases


def _canvases(folder: Path, size: int) -> Iterator[tuple[Pixels, list[tuple[Box, str]], list[Box]]]:
    """The photos, scaled so that the middle one of their faces is `size` px wide, in rows on as few canvases as hold them."""
    notes = json.loads((folder / "faces.json").read_text(encoding="utf-8"))
    random = np.random.default_rng(size)
    canvas, faces, ignored = room(ROOMS[size % len(ROOMS)]).copy(), [], []
    x = y = tall = 8
    for name, seen in notes.items():
        if name.startswith("_"):
            continue
        pixels = photo.read((folder / name).read_bytes()).pixels
        boxes = [Box(left=b[0], top=b[1], right=b[2], bottom=b[3]) for b in (face["box"] for face in seen)]
        scale = size / float(np.median([box.width for box in boxes]))
        wide, high = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
        if scale > 1 or wide > WIDTH - 16 or high > HEIGHT - 16:
            continue
        if x + wide > WIDTH - 8:
            x, y = 8, y + tall + 8
            tall = 0
        if y + high > HEIGHT - 8:
            yield shot(canvas, random), faces, ignored
            canvas, faces, ignored = room(ROOMS[size % len(ROOMS)]).copy(), [], []
            x, y, tall = 8, 8, 0
        canvas[y : y + high, x : x + wide] = cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA)
        faces += [(box.scale(scale).move(x, y), face["view"]) for box, face in zip(boxes, seen, strict=True)]
        for b in notes.get("_ignore", {}).get(name, []):
            ignored.append(Box(left=b[0], top=b[1], right=b[2], bottom=b[3]).scale(scale).move(x, y))
        x, tall = x + wide + 8, max(tall, high)
    if faces:
        yield shot(canvas, random), faces, ignored


def alone(folder: Path) -> tuple[int, int, int]:
    """(photos, those in which more than one face was found, those in which none was)."""
    photos = [photo.read(path.read_bytes()).pixels for path in sorted(folder.glob("*.jpg"))]
    found = [len(found_in(pixels)[1]) for pixels in photos]
    return len(found), sum(count > 1 for count in found), sum(count == 0 for count in found)


def cost() -> str:
    """Of a scene with 16 faces and of one without any, with two threads; CPU seconds hold when others use the machine."""
    lines = ["| photo of 12 MP | wall s | CPU s |", "|---|---|---|"]
    cv2.setNumThreads(2)
    crowd = next(scenes([0], SIZES)).pixels
    for name, pixels in (("16 faces", crowd), ("nobody", room("rocket"))):
        took = []
        for _ in range(4):
            wall, spent = time.perf_counter(), time.process_time()
            sighted = sight(pixels)
            find_small_faces(sighted, find_faces(pixels, sighted))
            took.append((time.perf_counter() - wall, time.process_time() - spent))
        wall, spent = (min(column) for column in zip(*took[1:], strict=True))
        lines.append(f"| {name} | {wall:.2f} | {spent:.2f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return "\n".join([*lines, "", f"Peak memory of the process, with scenes and libraries: {peak} MB."])


def table(counts: Counts, title: str, rows: tuple[str, ...], columns: list[str]) -> str:
    """Found now (found before) / there."""
    lines = [f"| {title} | " + " | ".join(f"{name} px" for name in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in rows:
        cells = []
        for column in columns:
            pairs = counts.get((row, column), [])
            now, before = sum(new for _, new in pairs), sum(old for old, _ in pairs)
            cells.append(f"{now} ({before}) / {len(pairs)}" if pairs else "")
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inspection_faces", description=__doc__)
    parser.add_argument("--scenes", type=int, default=8, help="how many upright ones, and as many tilted ones")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--alone", type=Path)
    asked = parser.parse_args(words)
    print(cost(), end="\n\n", flush=True)
    counts, false = composed(range(asked.scenes))
    print(table(counts, "tilt", tuple(f"{roll}°" for roll in ROLLS), [f"{size:.0f}" for size in SIZES]))
    print(f"\nFalse alarms in {len(false)} scenes: {sum(false)}.\n", flush=True)
    if asked.photos:
        counts, wrong, canvases = annotated(asked.photos)
        columns = [f"{low} to {high}" for low, high in pairwise(_BINS)]
        print(table(counts, "view", VIEWS, columns))
        print(f"\nFalse alarms on {canvases} canvases full of photos: {wrong}.\n", flush=True)
    if asked.alone:
        photos, more, none = alone(asked.alone)
        print(f"Of {photos} photos of one person, {more} had a face too many, {none} had none.")


if __name__ == "__main__":
    main(sys.argv[1:])
