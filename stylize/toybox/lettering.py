"""The letters the box can print: which carried font sets a line, and the honest no where none can."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont, features

from stylize.errors import LetteringMissing
from stylize.toybox.cmap import letters_of

_FONTS = files("stylize.toybox") / "fonts"
_SHAPED = ("ARABIC", "HEBREW", "DEVANAGARI", "THAI")
_SIGNS = ("Mn", "Mc", "Me")
_PLAIN = {
    "CJK": "these Chinese characters",
    "HANGUL": "these Korean syllables",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Typeface:
    """A carried font. `rise`: height of a capital over the em."""

    name: str
    rise: float


_LUCKIEST = Typeface(name="luckiest-guy", rise=0.70)
_FREDOKA = Typeface(name="fredoka", rise=0.70)
_OTHERS = (
    Typeface(name="rubik", rise=0.70),
    Typeface(name="m-plus-rounded", rise=0.73),
    Typeface(name="jua", rise=0.74),
    Typeface(name="baloo-2", rise=0.62),
    Typeface(name="kanit", rise=0.66),
)
DISPLAY = (_LUCKIEST, *_OTHERS)
PLAIN = (_FREDOKA, *_OTHERS)


@cache
def letters(face: Typeface) -> frozenset[int]:
    """The code points that `face` can print."""
    return letters_of((_FONTS / f"{face.name}.ttf").read_bytes())


@lru_cache(maxsize=48)
def font_at(face: Typeface, size_px: int) -> ImageFont.FreeTypeFont:
    """`face` at `size_px` pixels an em."""
    return ImageFont.truetype(BytesIO((_FONTS / f"{face.name}.ttf").read_bytes()), size_px)


@cache
def can_shape() -> bool:
    """Whether this Pillow joins and orders letters of complex scripts (libraqm and FriBiDi are there)."""
    return bool(features.check("raqm") and features.check("fribidi"))


def tidy(text: str) -> str:
    """NFC, without invisible characters, runs of white space as one space, none at the ends."""
    seen = unicodedata.normalize("NFC", text)
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in seen)
    return " ".join("".join(c for c in seen if unicodedata.category(c) != "Cf").split())


def face_for(text: str, faces: tuple[Typeface, ...], *, field: str) -> Typeface:
    """The first of `faces` that prints all of `text` (tidied). LetteringMissing names scripts, never the text."""
    if not can_shape() and (shaped := {_script(c) for c in text} & set(_SHAPED)):
        raise LetteringMissing(field=field, scripts=_listed(shaped))
    codes = {ord(c) for c in text if c != " "}
    for face in faces:
        if codes <= letters(face):
            if _stacked(text):
                raise LetteringMissing(field=field, scripts="stacked accents")
            return face
    known = frozenset().union(*(letters(face) for face in faces))
    missing = {_script(chr(code)) for code in codes - known}
    if missing:
        raise LetteringMissing(field=field, scripts=_listed(missing))
    raise LetteringMissing(field=field, scripts=" beside ".join(sorted({_script(chr(c)).capitalize() for c in codes})))


def capitals(text: str) -> str:
    """`text` in capitals where the language has them; Greek loses its accents as in Greek printing."""
    raised = text.upper()
    if not any(_script(c) == "GREEK" for c in raised):
        return unicodedata.normalize("NFC", raised)
    parts = unicodedata.normalize("NFD", raised)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in "\u0301\u0300\u0342\u0313\u0314\u0345"))


def _stacked(text: str) -> bool:
    """Whether more than two marks sit on one letter."""
    run = 0
    for c in text:
        run = run + 1 if unicodedata.category(c) in _SIGNS else 0
        if run > 2:
            return True
    return False


def _script(c: str) -> str:
    """The script of a letter, by the first word of its Unicode name; signs and emoji are one kind."""
    kind = unicodedata.category(c)
    if kind in ("Cs", "Co", "Cn"):
        return "UNKNOWN"
    if kind[0] in "SNPZ" and ord(c) > 0x2000:
        return "EMOJI"
    return unicodedata.name(c, "UNKNOWN").split()[0].split("-")[0]


def _listed(scripts: set[str]) -> str:
    plain = {"EMOJI": "emoji or signs", "UNKNOWN": "unknown characters", **_PLAIN}
    return ", ".join(sorted({plain.get(s, s.capitalize()) for s in scripts}))
