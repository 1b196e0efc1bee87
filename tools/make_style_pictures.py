"""Make the pictures on the style cards with the program's own engines: ui/assets/styles/<style>.webp.

The sitter is Eileen Collins, photographed by NASA (public domain), as in tests/data/portraits. Run it again whenever an
engine or a style has changed its looks.

    python tools/make_style_pictures.py [STYLE ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from stylize import BoxOrder, Request, Size, Workshop

ROOT = Path(__file__).parent.parent
SITTER = ROOT / "tests" / "data" / "portraits" / "astronaut.jpg"
OUT = ROOT / "ui" / "assets" / "styles"
MADE = Size(width=768, height=960)
CARD = Size(width=300, height=480)
BOX = BoxOrder(name="Eileen", accessories=("rocket", "camera", "telescope"), palette="sky")
BOXED = ("action-figure",)
"""The others are shown without a box: on a card of a hundred pixels the face is what counts."""
BUST = (0.025, 0.655)
"""From where to where such a toy is shown, in shares of the height: head and chest."""


def make(workshop: Workshop, style: str, seed: int) -> None:
    box = BOX if style in BOXED else None
    result = workshop.run(SITTER.read_bytes(), Request(style=style, size=MADE, seed=seed, box=box))
    first, last = (0.0, 1.0) if box or not workshop.styles[style].boxed else BUST
    top, tall = round(MADE.height * first), round(MADE.height * (last - first))
    left = (MADE.width - round(tall * CARD.aspect)) // 2
    part = result.pixels[top : top + tall, left : MADE.width - left]
    small = cv2.resize(part, (CARD.width, CARD.height), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".webp", np.ascontiguousarray(small[..., ::-1]), [cv2.IMWRITE_WEBP_QUALITY, 84])
    OUT.mkdir(exist_ok=True)
    (OUT / f"{style}.webp").write_bytes(data.tobytes())
    print(f"{style}: {len(data)} bytes")


def main() -> None:
    with Workshop() as workshop:
        for seed, style in enumerate(workshop.styles):
            if style in (sys.argv[1:] or workshop.styles):
                make(workshop, style, seed)


if __name__ == "__main__":
    main()
