"""Make the pictures of "How you look" with the program's own figure engine: ui/assets/choices/<group>/<choice>.webp.

The toy on them is nobody: it wears the friendly painted face that the engine gives to people whose own it cannot print,
in colours chosen here. The portrait (NASA's of Eileen Collins, public domain, as in tests/data/portraits) only lends
the engine a subject. Run it again whenever the engine, or a sculpture, has changed its looks.

    python tools/make_choice_pictures.py
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from stylize import LookOverride, Request, Size, Workshop, photo
from stylize.baked import View
from stylize.engines.figure.engine import FigureEngine
from stylize.engines.figure.settings import FigureSettings
from stylize.engines.figure.staging import picture_frame
from stylize.geometry import Box
from stylize.models import Beard, Hair, Look, Outfit, Pixels, Subject
from stylize.progress import CancelToken, nobody
from stylize.styles import plan

ROOT = Path(__file__).parent.parent
SITTER = ROOT / "tests" / "data" / "portraits" / "astronaut.jpg"
OUT = ROOT / "ui" / "assets" / "choices"
MADE = Size(width=1152, height=1440)
CARD_PX = 160
"""Twice as large as it is shown."""
QUALITY = 80
STAGE = (800, 1000)
"""The canvas in whose pixels `CUTS` are told."""
CUTS = {
    "hair": Box(left=146, top=276, right=470, bottom=600),
    "outfit": Box(left=178, top=534, right=454, bottom=810),
    "beard": Box(left=206, top=372, right=436, bottom=602),
    "glasses": Box(left=206, top=338, right=436, bottom=568),
}
NOBODY = Look(
    hair=Hair.SHORT,
    outfit=Outfit.TEE,
    beard=Beard.NONE,
    glasses=False,
    skin_colour="#d9a982",
    hair_colour="#5b3d2b",
    iris_colour="#5a3d28",
    lip_colour="#c08374",
    outer_colour="#2f8f8a",
    inner_colour="#f5efe4",
    accent_colour="#e5532f",
    pants_colour="#46516e",
    shoe_colour="#f2ede4",
)


def choices() -> Iterator[tuple[str, str, Look]]:
    """Group, choice, and the look that shows it."""
    for hair in Hair:
        yield "hair", hair.value, replace(NOBODY, hair=hair)
    for outfit in Outfit:
        yield "outfit", outfit.value, replace(NOBODY, outfit=outfit)
    for beard in Beard:
        yield "beard", beard.value, replace(NOBODY, beard=beard)
    for word, worn in (("yes", True), ("no", False)):
        yield "glasses", word, replace(NOBODY, glasses=worn)


def find_subject() -> Subject:
    """Somebody whose face is not to be printed."""
    opened = photo.read(SITTER.read_bytes())
    subject = photo.isolate(opened, photo.inspect(opened, None))
    return replace(subject, person=replace(subject.person, confidence=0.0, look=NOBODY))


def draw(workshop: Workshop, subject: Subject, look: Look, cut: Box) -> Pixels:
    """What of the toy is inside `cut`, (CARD_PX, CARD_PX, 4) uint8, straight alpha."""
    wanted = Request(style="action-figure", engine="figure", size=MADE, look=LookOverride())
    style = workshop.styles[wanted.style]
    planned = plan(wanted, style, workshop.capabilities(), look, seed=1, weights_digest="")
    picture = FigureEngine().generate(subject, planned, tell=nobody, cancel=CancelToken())
    assert picture.alone is not None
    place = View(size=MADE, frame=picture_frame(look, FigureSettings())).matrix(STAGE)
    corners = np.array([[cut.left, cut.top, 1], [cut.right, cut.bottom, 1]]) @ place.T
    (left, top), (right, bottom) = corners
    scale = CARD_PX / (right - left)
    premultiplied = picture.alone.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255
    soft = cv2.GaussianBlur(premultiplied, (0, 0), 0.4 / scale)
    small = cv2.warpAffine(
        soft, np.array([[scale, 0, -left * scale], [0, CARD_PX / (bottom - top), -top * scale]]), (CARD_PX, CARD_PX)
    )
    small[..., :3] *= 255 / np.maximum(small[..., 3:], 1)
    return np.clip(small + 0.5, 0, 255).astype(np.uint8)


def main() -> None:
    subject, total = find_subject(), 0
    with Workshop() as workshop:
        for group, choice, look in choices():
            pixels = draw(workshop, subject, look, CUTS[group])
            order = cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA)
            _, data = cv2.imencode(".webp", order, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
            path = OUT / group / f"{choice}.webp"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.tobytes())
            total += len(data)
    print(f"{OUT.relative_to(ROOT)}: {total // 1024} kB")


if __name__ == "__main__":
    main()
