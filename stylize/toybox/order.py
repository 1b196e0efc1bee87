"""What may be ordered on the box. Everything is checked here once, before any work."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from stylize.errors import NameTooLong, TooManyAccessories, UnknownPalette
from stylize.models import BoxOrder
from stylize.toybox.accessories import accessory
from stylize.toybox.lettering import DISPLAY, PLAIN, capitals, face_for, tidy
from stylize.toybox.palettes import palettes
from stylize.toybox.words import card_words

NAME_LIMIT = 28
TOY_LIMIT = 28
TAGLINE_LIMIT = 32
ACCESSORY_LIMIT = 4


def check_order(order: BoxOrder) -> BoxOrder:
    """`order` with tidied texts and without empty ones, as everything after this expects it.

    Raises NameTooLong, LetteringMissing, TooManyAccessories, UnknownAccessory, UnknownPalette, or UnknownChoice for
    the language.
    """
    name = _check_text(order.name, "name", NAME_LIMIT)
    tagline = _check_text(order.tagline, "tagline", TAGLINE_LIMIT)
    face_for(capitals(name), DISPLAY, field="name")
    face_for(capitals(tagline), PLAIN, field="tagline")
    toys = tuple(filter(None, (_check_text(toy, "toy", TOY_LIMIT) for toy in order.toys)))
    for toy in toys:
        face_for(capitals(toy), PLAIN, field="toy")
    if (count := len(order.accessories) + len(toys)) > ACCESSORY_LIMIT:
        raise TooManyAccessories(count=count, limit=ACCESSORY_LIMIT)
    for slug in order.accessories:
        accessory(slug)
    if order.palette is not None and order.palette not in palettes():
        raise UnknownPalette(choices=", ".join(sorted(palettes())))
    card_words(order.language)
    return replace(order, name=name, tagline=tagline, toys=toys)


def _check_text(text: str, field: str, limit: int) -> str:
    tidied = tidy(text)
    length = sum(unicodedata.category(c) not in ("Mn", "Mc", "Me") for c in tidied)
    if length > limit or len(tidied) > 2 * limit:
        raise NameTooLong(field=field, length=max(length, len(tidied) // 2), limit=limit)
    return tidied
