"""python -m benchmarks.inspection [--photos FOLDER] [--alone FOLDER]: what inspection finds and what it costs, all parts.

Each part is a command of its own with more switches: benchmarks.inspection_faces, benchmarks.inspection_text. What the whole
of `photo.inspect` costs is measured here; --cost: that alone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

import cv2
import numpy as np

from benchmarks.face_scenes import HEIGHT, WIDTH, Pixels, room, scenes
from benchmarks.inspection_faces import SIZES
from stylize.models import Photo
from stylize.photo import choose, survey

_ROUNDS = 3


def pictures() -> dict[str, Pixels]:
    """Photos of 12 megapixels, by what is in them."""
    page = np.full((HEIGHT, WIDTH, 3), 235, np.uint8)
    for y in range(120, HEIGHT - 60, 70):
        cv2.putText(page, "the quick brown fox jumps over the lazy dog " * 4, (150, y), 0, 1.4, (30, 30, 40), 3)
    return {
        "nobody": room("coffee"),
        "one person": next(scenes([3], (400,), each=1)).pixels,
        "16 people, faces of 16 to 200 px": next(scenes([0], SIZES)).pixels,
        "a page of small writing": page,
    }


def cost() -> str:
    """A row for each photo. Wall seconds hold where nobody else uses the machine; CPU seconds are the least of the rounds."""
    lines = ["| photo of 12 MP | wall s | CPU s | load |", "|---|---|---|---|"]
    for name, pixels in pictures().items():
        opened = Photo(id=name, pixels=np.ascontiguousarray(pixels), media_type="image/jpeg", found=())
        took = []
        for _ in range(_ROUNDS + 1):  # the first one reads the nets
            wall, spent = time.perf_counter(), time.process_time()
            found = survey(opened)
            if found.faces:
                choose(opened, found)
            took.append((time.perf_counter() - wall, time.process_time() - spent))
        fastest, least = (min(column) for column in zip(*took[1:], strict=True))
        lines.append(f"| {name} | {fastest:.2f} | {least:.2f} | {os.getloadavg()[0]:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inspection", description=__doc__)
    parser.add_argument("--photos", help="your own photos, with faces.json as inspection_faces says")
    parser.add_argument("--alone", help="photos of one person each")
    parser.add_argument("--cost", action="store_true", help="nothing but the time that a photo takes")
    asked = parser.parse_args()
    print(f"## Time\n\n{cost()}\n", flush=True)
    given = [f"--{name}={value}" for name in ("photos", "alone") if (value := getattr(asked, name))]
    parts = (("Faces", ["benchmarks.inspection_faces", *given]), ("Things", ["benchmarks.inspection_text"]))
    for title, words in () if asked.cost else parts:
        print(f"## {title}\n", flush=True)
        subprocess.run([sys.executable, "-m", *words], check=True)
