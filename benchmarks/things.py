"""Flat things that tell about somebody, drawn anew from a seed: letters, passports, badges, plates, screens, signs.

Every name and number on them is made up. `benchmarks.text_scenes` puts them into photographs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from stylize.models import RegionKind

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

_FOLDERS = (Path("/usr/share/fonts"), Path(__file__).parents[1] / "stylize" / "toybox" / "fonts")
_FONTS = {
    "latin": ("LiberationSerif-Regular", "LiberationSans-Regular", "DejaVuSans", "P052-Italic", "fredoka"),
    "cyrillic": ("DejaVuSerif", "LiberationSans-Regular", "DejaVuSans", "rubik"),
    "arabic": ("DejaVuSans", "rubik"),
    "cjk": ("DroidSansFallbackFull", "m-plus-rounded"),
}
_WORDS = {
    "latin": "dear mrs hartmann thank you for letter of the third may your contract ends on friday please sign and send "
    "the enclosed form to our office in hamburg account number insurance doctor result appointment amount due kind regards",
    "cyrillic": "уважаемая госпожа спасибо за письмо ваш договор кончается в пятницу просим подписать и выслать бланк "
    "в нашу контору номер счёта страховка врач результат приём сумма с уважением",
    "arabic": "السيدة شكرا على رسالتكم ينتهي العقد يوم الجمعة يرجى التوقيع وإرسال النموذج إلى مكتبنا رقم الحساب "
    "التأمين الطبيب النتيجة الموعد المبلغ مع التحية",
    "cjk": "尊敬的 女士 感谢 来信 您的 合同 将于 星期五 到期 请 签字 并 寄回 表格 办公室 账号 保险 医生 结果 预约 金额 此致 敬礼",
}
_SIZED = {"latin": ("x", 1.0), "cyrillic": ("х", 1.0), "arabic": ("س", 1.0), "cjk": ("口", 0.72)}
SCRIPTS = tuple(_WORDS)
"""Scripts. A Chinese sign is as tall as a capital, so its `x_height` is taken as 0.72 of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """`picture` (h, w, 3); `cover` (h, w) float32, what of it is there; `x_height`: of its smallest common words, px."""

    name: str
    kind: RegionKind
    picture: Pixels = field(repr=False)
    cover: npt.NDArray[np.float32] = field(repr=False)
    x_height: float


@cache
def _font(script: str, choice: int, x_height: float) -> ImageFont.FreeTypeFont:
    """A font of `script` whose small letters are `x_height` px tall. Raises FileNotFoundError where none is installed."""
    sign, share = _SIZED[script]
    for name in (*_FONTS[script][choice:], *_FONTS[script][:choice]):
        path = _files().get(name)
        probe = ImageFont.truetype(str(path), 100) if path else None
        if probe and probe.getmask(sign).getbbox():
            box = probe.getbbox(sign)
            return probe.font_variant(size=max(4, round(x_height / ((box[3] - box[1]) / 100 * share))))
    raise FileNotFoundError(f"no font for {script}")


@cache
def _files() -> dict[str, Path]:
    return {path.stem: path for folder in _FOLDERS for path in folder.rglob("*.[to]tf")}


def _line(rng: np.random.Generator, script: str, count: int) -> str:
    words = rng.choice(_WORDS[script].split(), count)
    return ("" if script == "cjk" else " ").join(words).capitalize()


def _paragraph(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    script: str,
    box: tuple[float, float, float, float],
    x_height: float,
    ink: Colour,
    choice: int,
) -> None:
    font = _font(script, choice, x_height)
    y = box[1]
    while y + 2.2 * x_height < box[3]:
        text = _line(rng, script, 30)
        room = (box[2] - box[0]) * (rng.uniform(0.3, 0.7) if rng.random() < 0.2 else 1)
        while text and draw.textlength(text, font) > room:
            text = text[:-1]
        right = script == "arabic"
        draw.text((box[2] if right else box[0], y), text, ink, font, anchor="ra" if right else "la")
        y += x_height * (4.6 if rng.random() < 0.12 else 2.7)


def _sheet(width: float, height: float, colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGB", (round(width), round(height)), colour)
    return sheet, ImageDraw.Draw(sheet)


def _done(name: str, kind: RegionKind, sheet: Image.Image, x_height: float) -> Thing:
    picture = np.asarray(sheet, np.uint8).copy()
    return Thing(name=name, kind=kind, picture=picture, cover=np.ones(picture.shape[:2], np.float32), x_height=x_height)


def letter(rng: np.random.Generator, x: float, script: str) -> Thing:
    """A sheet of A4 (or half of one) with a head and paragraphs."""
    paper = int(rng.integers(215, 250))
    width, height = 82 * x, float(rng.choice([58, 116])) * x
    sheet, draw = _sheet(width, height, (paper, paper - int(rng.integers(0, 6)), paper - int(rng.integers(0, 14))))
    choice = int(rng.integers(4))
    draw.text((8 * x, 7 * x), _line(rng, script, 2), (30, 40, 90), _font(script, choice, 2 * x))
    _paragraph(draw, rng, script, (8 * x, 15 * x, 74 * x, height - 8 * x), x, (35, 35, 40), choice)
    return _done("letter", RegionKind.PAPER, sheet, x)


def passport(rng: np.random.Generator, x: float, script: str) -> Thing:
    """The page with the data: a portrait's place, fields, two machine-readable lines."""
    width, height = 74 * x, 52 * x
    tint = (int(rng.integers(190, 225)), int(rng.integers(200, 225)), int(rng.integers(205, 235)))
    sheet, draw = _sheet(width, height, tint)
    for row in range(0, int(height), max(3, round(x))):
        draw.line((0, row, width, row + 5 * x), (tint[0] - 14, tint[1] - 6, tint[2] - 10), 1)
    draw.rectangle((4 * x, 9 * x, 22 * x, 34 * x), (172, 170, 168))
    draw.ellipse((9 * x, 13 * x, 17 * x, 24 * x), (120, 95, 85))
    draw.ellipse((6 * x, 25 * x, 20 * x, 43 * x), (70, 75, 95))
    draw.rectangle((4 * x, 34 * x, 22 * x, 44 * x), tint)
    draw.text((4 * x, 3 * x), _line(rng, script, 2), (60, 40, 90), _font(script, 1, 1.3 * x))
    for row in range(6):
        draw.text((26 * x, (9 + 4.4 * row) * x), _line(rng, script, 3), (30, 30, 40), _font(script, 1, x))
    signs = np.array(list("ABCDEFGHKLMNPRSTUVWXYZ0123456789<<<<<<<<"))
    for row in range(2):
        draw.text(
            (4 * x, (42 + 4 * row) * x), "".join(rng.choice(signs, 36)), (25, 25, 30), _font("latin", 2, x * 1.15)
        )
    return _done("passport", RegionKind.PAPER, sheet, x)


def badge(rng: np.random.Generator, x: float, script: str) -> Thing:
    """A name badge: a coloured head, a large name, a firm."""
    width, height = 19 * x, float(rng.choice([12, 26])) * x
    sheet, draw = _sheet(width, height, (245, 245, 243))
    colour = tuple(int(v) for v in rng.integers(20, 160, 3))
    draw.rectangle((0, 0, width, 4 * x), (colour[0], colour[1], colour[2]))
    draw.text((2 * x, x), _line(rng, script, 1), (250, 250, 250), _font(script, 1, x))
    draw.text((2 * x, height * 0.5 - x), _line(rng, script, 1)[:9], (20, 20, 25), _font(script, 1, 1.6 * x))
    draw.text((2 * x, height * 0.5 + 2.2 * x), _line(rng, script, 2)[:14], (70, 70, 75), _font(script, 1, x))
    return _done("badge", RegionKind.BADGE, sheet, x)


def plate(rng: np.random.Generator, x: float, script: str) -> Thing:  # noqa: ARG001
    """A number plate, European or American, on the dark of a bumper."""
    long = bool(rng.random() < 0.7)
    width, height = (11 * x, 2.45 * x) if long else (6.4 * x, 3.2 * x)
    edge = 0.3 * x
    sheet, draw = _sheet(width + 2 * edge, height + 2 * edge, (38, 38, 42))
    ground = (240, 240, 238) if rng.random() < 0.7 else (245, 205, 60)
    draw.rounded_rectangle(
        (edge, edge, edge + width, edge + height), 0.25 * x, ground, (20, 20, 22), max(1, round(0.08 * x))
    )
    left = edge + 0.4 * x
    if long:
        draw.rectangle((edge + 0.1 * x, edge + 0.12 * x, edge + x, edge + height - 0.12 * x), (20, 60, 160))
        left = edge + 1.4 * x
    letters, digits = list("ABCDEFGHKLMNPRSTUVWXYZ"), list("0123456789")
    number = "".join(rng.choice(letters, 3 if long else 2)) + " " + "".join(rng.choice(digits, 4 if long else 3))
    font = _font("latin", 1, 1.05 * x if long else 0.95 * x)
    room = edge + width - left - 0.3 * x
    while draw.textlength(number, font) > room:
        number = number[:-1]
    draw.text((left + room / 2, edge + height / 2), number, (20, 20, 22), font, anchor="mm")
    return _done("plate", RegionKind.PLATE, sheet, x)


def screen(rng: np.random.Generator, x: float, script: str) -> Thing:
    """A laptop's screen in its dark frame, with a window full of words."""
    width, height, edge = 96 * x, 60 * x, 2.2 * x
    sheet, draw = _sheet(width + 2 * edge, height + 2 * edge, (22, 22, 24))
    draw.rectangle((edge, edge, edge + width, edge + height), tuple(int(v) for v in rng.integers(60, 200, 3)))
    light = bool(rng.random() < 0.6)
    ground, ink = ((250, 251, 253), (30, 32, 40)) if light else ((32, 34, 40), (215, 218, 225))
    draw.rectangle((edge + 3 * x, edge + 3 * x, edge + width - 3 * x, edge + height - 4 * x), ground)
    draw.rectangle((edge + 3 * x, edge + 3 * x, edge + width - 3 * x, edge + 7 * x), (90, 95, 110))
    draw.rectangle((edge + 3 * x, edge + 7 * x, edge + 22 * x, edge + height - 4 * x), (70, 80, 105))
    _paragraph(
        draw, rng, script, (edge + 5 * x, edge + 10 * x, edge + 20 * x, edge + height - 8 * x), x, (235, 238, 245), 1
    )
    _paragraph(
        draw, rng, script, (edge + 25 * x, edge + 10 * x, edge + width - 6 * x, edge + height - 8 * x), x, ink, 1
    )
    return _done("screen", RegionKind.SCREEN, sheet, x)


def phone(rng: np.random.Generator, x: float, script: str) -> Thing:
    """A phone's screen with a talk on it."""
    width, height, edge = 30 * x, 62 * x, x
    sheet, draw = _sheet(width + 2 * edge, height + 2 * edge, (18, 18, 20))
    draw.rectangle((edge, edge, edge + width, edge + height), (232, 236, 243))
    draw.rectangle((edge, edge, edge + width, edge + 6 * x), (60, 130, 110))
    draw.text((edge + 3 * x, edge + 2 * x), _line(rng, script, 1)[:10], (250, 250, 250), _font(script, 1, 1.2 * x))
    y = edge + 8 * x
    while y < height - 9 * x:
        left = edge + (x if rng.random() < 0.5 else 7 * x)
        tall = float(rng.choice([4, 6.6])) * x
        colour = (255, 255, 255) if left < 5 * x else (200, 235, 200)
        draw.rounded_rectangle((left, y, left + 21 * x, y + tall), x, colour)
        _paragraph(draw, rng, script, (left + x, y + 0.8 * x, left + 20 * x, y + tall), x, (25, 25, 30), 1)
        y += tall + 1.6 * x
    return _done("phone", RegionKind.SCREEN, sheet, x)


def sign(rng: np.random.Generator, x: float, script: str) -> Thing:
    """A street's name on enamel."""
    text = _line(rng, script, 2)[:18]
    font = _font(script, 1, x)
    colour = [(24, 60, 140), (20, 95, 60), (245, 245, 240)][int(rng.integers(3))]
    ink = (30, 30, 35) if sum(colour) > 600 else (245, 245, 245)
    sheet, draw = _sheet(font.getlength(text) + 2.4 * x, 3.6 * x, colour)
    draw.rectangle(
        (0.25 * x, 0.25 * x, sheet.width - 0.25 * x, sheet.height - 0.25 * x), None, ink, max(1, round(0.1 * x))
    )
    draw.text((sheet.width / 2, sheet.height / 2), text, ink, font, anchor="mm")
    return _done("sign", RegionKind.TEXT, sheet, x)


def shirt(rng: np.random.Generator, x: float, script: str) -> Thing:
    """Words printed on cloth: nothing but the ink is there."""
    rows = [_line(rng, script, 1)[:10] for _ in range(2)]
    font = _font(script, 1, x)
    wide = max(font.getlength(row) for row in rows) + x
    mask = Image.new("L", (round(wide), round(6 * x)), 0)
    draw = ImageDraw.Draw(mask)
    for number, row in enumerate(rows):
        draw.text((wide / 2, (1.6 + 2.8 * number) * x), row, 255, font, anchor="mm")
    ink = (240, 238, 230) if rng.random() < 0.5 else (170, 30, 40)
    picture = np.empty((*mask.size[::-1], 3), np.uint8)
    picture[:] = ink
    cover = np.asarray(mask, np.float32) / 255 * np.float32(0.92)
    return Thing(name="shirt", kind=RegionKind.TEXT, picture=picture, cover=cover, x_height=x)


def blank_paper(rng: np.random.Generator, x: float, script: str) -> Thing:  # noqa: ARG001
    """A sheet whose words cannot be made out: grey bars where lines are."""
    sheet, draw = _sheet(82 * x, 116 * x, (236, 235, 230))
    for row in range(14, 104, 4):
        if rng.random() < 0.85:
            draw.rectangle((9 * x, row * x, rng.uniform(45, 73) * x, (row + 1) * x), (222, 221, 217))
    return _done("blank paper", RegionKind.PAPER, sheet, x)


def blank_screen(rng: np.random.Generator, x: float, script: str) -> Thing:  # noqa: ARG001
    """A lit screen with a picture on it and no word."""
    small = rng.integers(90, 255, (6, 9, 3)).astype(np.uint8)
    width, height, edge = round(96 * x), round(60 * x), round(2.2 * x)
    lit = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    framed = cv2.copyMakeBorder(lit, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(22, 22, 24))
    return _done("blank screen", RegionKind.SCREEN, Image.fromarray(framed), x)


Maker = Callable[[np.random.Generator, float, str], Thing]
THINGS: dict[str, tuple[Maker, tuple[float, ...]]] = {
    "letter": (letter, (6, 8, 11, 15, 20)),
    "passport": (passport, (6, 8, 11, 15, 22, 30)),
    "badge": (badge, (6, 8, 11, 15, 22, 30, 45)),
    "plate": (plate, (8, 11, 15, 22, 30, 45, 60)),
    "screen": (screen, (6, 8, 11, 15, 22)),
    "phone": (phone, (6, 8, 11, 15, 22)),
    "sign": (sign, (6, 8, 11, 15, 22, 30, 45, 60)),
    "shirt": (shirt, (8, 11, 15, 22, 30, 45, 60)),
    "blank paper": (blank_paper, (6, 11, 20)),
    "blank screen": (blank_screen, (6, 11, 20)),
}
"""What can be drawn, and the x-heights (px in a 12 MP photo) at which it fits."""
