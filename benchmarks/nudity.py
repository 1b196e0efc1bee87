"""How often the check for nudity errs on ordinary pictures, and what it sees of bare mannequins.

    python -m benchmarks.nudity FOLDER...

Every picture in the folders (ordinary ones only) is shown whole, and cut: close-ups of each face, cheeks, the bust, halves,
thirds; and once more with everything but the face in the colours of its own skin, as a bare upper body would be. Prints a
table of how many were taken for nudity, and the highest score. No picture is named.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from stylize.models import Face, Pixels
from stylize.photo.nudity import NUDITY, UNDECIDED, find_nudity, look
from stylize.photo.people import find_faces
from tests.photo.mannequin import mannequin

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
LONGEST = 1600


def main(folders: list[str]) -> None:
    rows: dict[str, list[tuple[float, bool]]] = {}
    seconds: list[float] = []
    for name, pixels in pictures(folders):
        begun = time.process_time()
        score, _ = look(pixels)
        hit = bool(find_nudity(pixels))
        seconds.append(time.process_time() - begun)
        rows.setdefault(name, []).append((score, hit))
    for name, found in rows.items():
        scores = [score for score, _ in found]
        doubtful = sum(score >= UNDECIDED for score in scores)
        print(f"| {name} | {len(found)} | {sum(hit for _, hit in found)} | {doubtful} | {max(scores):.2f} |")
    print(f"{1000 * float(np.median(seconds)):.0f} ms of CPU a picture (two looks); limit {NUDITY}")
    for half in (0.8, 1.2, 1.6, 2.0, 2.5, 3.0):
        bare, dressed = (mannequin(384, half=half, dressed=wears) for wears in (False, True))
        print(f"| mannequin, {1 / half:.2f} of the height | {look(bare)[0]:.2f} {bool(find_nudity(bare))} "
              f"| dressed {look(dressed)[0]:.2f} {bool(find_nudity(dressed))} |")  # fmt: skip


def pictures(folders: list[str]) -> Iterator[tuple[str, Pixels]]:
    """What is looked at, with the name of its row."""
    for path in sorted(p for folder in folders for p in Path(folder).rglob("*") if p.suffix.lower() in ENDINGS):
        try:
            with Image.open(path) as opened:
                whole = ImageOps.exif_transpose(opened).convert("RGB")
        except (OSError, ValueError):
            continue
        if min(whole.size) < 64:
            continue
        whole.thumbnail((LONGEST, LONGEST))
        pixels = np.asarray(whole, np.uint8)
        faces = find_faces(pixels)
        yield ("whole, people" if faces else "whole, nobody"), pixels
        width = pixels.shape[1]
        yield "left and right half", np.ascontiguousarray(pixels[:, : width // 2])
        yield "left and right half", np.ascontiguousarray(pixels[:, width // 2 :])
        for face in faces[:6]:
            yield from around(pixels, face)


def around(pixels: Pixels, face: Face) -> Iterator[tuple[str, Pixels]]:
    """Cuts that are mostly skin, and a body that is."""
    box = face.box
    for name, x, y, side in (
        ("close-up of a face", 0.5, 0.5, 1.0),
        ("close-up of a cheek", 0.32, 0.66, 0.3),
        ("forehead", 0.5, 0.15, 0.35),
        ("chin and neck", 0.5, 1.05, 0.6),
        ("bust", 0.5, 1.0, 2.4),
    ):
        cut = part(pixels, box.left + x * box.width, box.top + y * box.height, side * box.height)
        if min(cut.shape[:2]) >= 32:
            yield name, cut
    left, top, right, bottom = (int(edge) for edge in (box.left, box.top, box.right, box.bottom))
    cheek = pixels[max(0, top) : bottom, max(0, left) : right].reshape(-1, 3)
    if len(cheek) < 400:
        return
    bare = part(pixels, box.left + box.width / 2, box.top + 1.3 * box.height, 3 * box.height).copy()
    scale = bare.shape[0] / 3
    y, x = np.mgrid[: bare.shape[0], : bare.shape[1]]
    body = (((x - bare.shape[1] / 2) / (1.15 * scale)) ** 2 + ((y - 2.75 * scale) / (1.35 * scale)) ** 2) < 1
    shade = 0.75 + 0.35 * (1 - x / bare.shape[1])
    skin = np.clip(np.median(cheek, axis=0)[None, None] * shade[..., None], 0, 255)
    soft = cv2.GaussianBlur(body.astype(np.float32), (0, 0), max(1.0, scale / 40))[..., None]
    yield "skin-coloured upper body", np.asarray(bare * (1 - soft) + skin * soft, np.uint8)


def part(pixels: Pixels, x: float, y: float, side: float) -> Pixels:
    left, top = int(max(0, x - side / 2)), int(max(0, y - side / 2))
    right, bottom = int(min(pixels.shape[1], x + side / 2)), int(min(pixels.shape[0], y + side / 2))
    return np.ascontiguousarray(pixels[top:bottom, left:right])


if __name__ == "__main__":
    main(sys.argv[1:])
