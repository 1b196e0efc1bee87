"""Make the pictures of the README: `python -m tools.make_docs_pictures`. Everything in them comes from this program.

The portrait is NASA's of Eileen Collins (public domain, tests/data/README.md says where it is from).
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

import stylize
from stylize import Beard, BoxOrder, Hair, LookOverride, Outfit, Request, Workshop

Pixels = npt.NDArray[np.uint8]
ROOT = Path(__file__).parent.parent
PORTRAIT = ROOT / "tests/data/portraits/astronaut.jpg"
PICTURES = ROOT / "docs/pictures"

BOX = BoxOrder(name="Eileen", tagline="Space commander", accessories=("rocket", "telescope", "headphones"))
STYLES = ("action-figure", "doll", "vinyl", "clay", "caricature", "painted-anime")
BOXES = (
    BoxOrder(name="Zoë", tagline="Night baker", accessories=("croissant", "coffee"), palette="bubblegum"),
    BoxOrder(name="Αθηνά", tagline="Explorer", accessories=("compass", "map", "tent", "backpack"), palette="mint"),
    BoxOrder(name="Владимир", accessories=("chess-pawn", "books", "dog"), palette="sunset"),
    BoxOrder(name="Ada", tagline="Sammelfigur", accessories=("laptop",), palette="midnight", language="de"),
)
LOOKS = (
    LookOverride(
        hair=Hair.AFRO, outfit=Outfit.DRESS, skin_colour="#6b4029", hair_colour="#1c1512", outer_colour="#f2b705"
    ),
    LookOverride(hair=Hair.LONG, outfit=Outfit.BLAZER, hair_colour="#8c2f17", outer_colour="#2f5d50", glasses=True),
    LookOverride(hair=Hair.BUN, outfit=Outfit.HOODIE, hair_colour="#e0c48a", outer_colour="#7a5bd0"),
    LookOverride(
        hair=Hair.CURLY,
        beard=Beard.GOATEE,
        outfit=Outfit.TEE,
        hair_colour="#3a2417",
        outer_colour="#1f7ae0",
        skin_colour="#a9714b",
    ),
    LookOverride(hair=Hair.THIN, outfit=Outfit.SUIT, beard=Beard.FULL, hair_colour="#b9b9bd", outer_colour="#23345c"),
)


def make(workshop: Workshop, photo: bytes, request: Request) -> Pixels:
    return workshop.run(photo, request).pixels


def side_by_side(pictures: list[Pixels], height: int, gap: int = 16) -> Pixels:
    """All at one height in a row on white."""
    rows = []
    for picture in pictures:
        width = round(picture.shape[1] * height / picture.shape[0])
        rows.append(np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS)))
        rows.append(np.full((height, gap, 3), 255, np.uint8))
    return np.concatenate(rows[:-1], 1)


def portrait(photo: bytes) -> Pixels:
    """The photo as a 4:5 crop."""
    picture = Image.open(io.BytesIO(photo)).convert("RGB")
    width = round(picture.height * 0.8)
    left = round((picture.width - width) * 0.3)
    return np.asarray(picture.crop((left, 0, left + width, picture.height)))


def save(picture: Pixels, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.webp"
    Image.fromarray(picture).save(path, quality=88, method=6)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


def main() -> None:
    photo = PORTRAIT.read_bytes()
    with stylize.Workshop() as workshop:
        boxed = make(workshop, photo, Request(seed=4, box=BOX))
        painted = make(workshop, photo, Request(style="painted-anime", seed=6))
        save(side_by_side([portrait(photo), boxed, painted], 720), "hero")
        save(side_by_side([make(workshop, photo, Request(style=s, seed=6)) for s in STYLES], 420), "styles")
        boxes = [
            make(workshop, photo, Request(seed=4, box=b, look=look)) for b, look in zip(BOXES, LOOKS, strict=False)
        ]
        save(side_by_side(boxes, 480), "boxes")
        save(side_by_side([make(workshop, photo, Request(seed=4, look=look)) for look in LOOKS], 420), "looks")


if __name__ == "__main__":
    main()
