"""What can lie beside the figure: accessories.toml, its pictures, and the search among them."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Any

import cv2
import numpy as np

from stylize.errors import DeclarationError, UnknownAccessory
from stylize.models import BoxOrder, Pixels

_ROOM = files("stylize.toybox")
_CLOSE = 0.72


@dataclass(frozen=True, kw_only=True, slots=True)
class Accessory:
    """One toy. `file`: its picture in accessories/. `english` is also its label on the card."""

    slug: str
    file: str
    english: str
    german: str
    search_english: tuple[str, ...]
    search_german: tuple[str, ...]
    category: str
    licence: str
    code_point: str

    def name(self, locale: str) -> str:
        """The name in German for "de…", else in English."""
        return self.german if locale.lower().startswith("de") else self.english


@cache
def accessories() -> dict[str, Accessory]:
    """All accessories by slug, sorted. DeclarationError for an unknown or missing key."""
    declared = tomllib.loads((_ROOM / "accessories.toml").read_text("utf-8"))
    return {slug: _declare(slug, table) for slug, table in sorted(declared.items())}


def accessory(slug: str) -> Accessory:
    """The accessory `slug`. UnknownAccessory if there is none."""
    try:
        return accessories()[slug]
    except KeyError:
        raise UnknownAccessory(count=len(accessories())) from None


def read_icon(slug: str) -> Pixels:
    """Its picture: (256, 256, 4) uint8, sRGB with straight alpha."""
    data = (_ROOM / "accessories" / accessory(slug).file).read_bytes()
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        raise DeclarationError(name=slug, why="its picture is damaged or has no transparency")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA), np.uint8)


def icons(order: BoxOrder, toys: Sequence[Pixels]) -> tuple[Pixels, ...]:
    """What lies in the box, in the order of the trays: the pictures of its accessories, then `toys`, painted for it."""
    return (*(read_icon(slug) for slug in order.accessories), *toys)


def nearest_accessories(text: str, locale: str = "en", count: int = 3) -> tuple[Accessory, ...]:
    """Those that meet any one word of `text` best; where none is near, the first of as many categories."""
    words = _fold(text).split()
    scores = {
        toy.slug: max((_score(word, toy, locale) for word in words), default=0.0) for toy in accessories().values()
    }
    near = sorted((-score, slug) for slug, score in scores.items() if score >= _CLOSE)[:count]
    if near:
        return tuple(accessories()[slug] for _, slug in near)
    first = {toy.category: toy for toy in reversed(accessories().values())}
    return tuple(first[category] for category in sorted(first)[:count])


def search_accessories(text: str, locale: str = "en") -> tuple[Accessory, ...]:
    """Accessories for a searched word, best first; all of them, by name, for an empty search.

    Both languages are always searched; `locale` orders equals. Case, umlauts (ü = ue = u) and small slips do not matter.
    """
    words = _fold(text).split()
    ranked = []
    for toy in accessories().values():
        score = min((_score(word, toy, locale) for word in words), default=1.0)
        if score >= _CLOSE:
            ranked.append((-score, _fold(toy.name(locale)), toy))
    return tuple(toy for _, _, toy in sorted(ranked, key=lambda entry: entry[:2]))


def _score(word: str, toy: Accessory, locale: str) -> float:
    """How well `word` meets `toy`: 1 for its name, less for search words, beginnings, parts and slips."""
    german = locale.lower().startswith("de")
    own, other = (toy.german, toy.english) if german else (toy.english, toy.german)
    best = 0.0
    for weight, names in ((1.0, (own, toy.slug)), (0.99, (other,)), (0.95, toy.search_english + toy.search_german)):
        for name in names:
            folded = _fold(name)
            best = max(best, *(weight * _meets(word, part) for part in {folded, *folded.split()}))
    return best


def _meets(word: str, name: str) -> float:
    if word == name:
        return 1.0
    if name.startswith(word):
        return 0.90 + 0.05 * len(word) / len(name)
    if len(word) >= 4 and word in name:
        return 0.85
    if len(word) < 4 or abs(len(word) - len(name)) > 2:
        return 0.0
    matcher = SequenceMatcher(None, word, name, autojunk=False)
    if matcher.quick_ratio() < _CLOSE:
        return 0.0
    ratio = matcher.ratio()
    return 0.97 * ratio if ratio >= 0.77 else 0.0


def _fold(text: str) -> str:
    """Small letters without accents; ae, oe, ue as the umlauts' letters, ß as ss, hyphens as spaces."""
    small = text.casefold().replace("-", " ")
    for pair, letter in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        small = small.replace(pair, letter)
    return "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))


def _declare(slug: str, table: dict[str, Any]) -> Accessory:
    known = {f.name: f.type for f in fields(Accessory) if f.name != "slug"}
    if odd := (set(table) ^ set(known)):
        raise DeclarationError(name=slug, why=f"unknown or missing keys: {', '.join(sorted(odd))}")
    for key, value in table.items():
        listed = str(known[key]).startswith("tuple")
        if not (
            isinstance(value, list) and all(isinstance(v, str) for v in value) if listed else isinstance(value, str)
        ):
            raise DeclarationError(name=slug, why=f"{key} has the wrong kind of value")
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return Accessory(slug=slug, **values)
