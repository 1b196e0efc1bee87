"""Which sheets there are, and their pages."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from stylize.errors import UnknownChoice
from stylize.paper import Page, paper_of
from stylize.toybox.print.blister import card_page, figure_page
from stylize.toybox.print.box import box_page
from stylize.toybox.print.parts import PrintParts, art_of, check_parts
from stylize.toybox.print.stickers import sticker_page
from stylize.toybox.print.words import print_words

SHEETS = ("card", "box", "stickers")


def draw_sheets(
    parts: PrintParts, *, paper: str, language: str, sheets: tuple[str, ...] = SHEETS
) -> MappingProxyType[str, tuple[Page, ...]]:
    """The pages of each of `sheets`, by name. `card`: the hanging card, and the paper figure where there is one.

    Equal arguments, equal pages. UnknownChoice for the paper, the language or a sheet; RequestError for the order.
    """
    parts, sheet_of, words = check_parts(parts), paper_of(paper), print_words(language)
    if set(sheets) - set(SHEETS):
        raise UnknownChoice(kind="sheet", choices=", ".join(SHEETS))
    art = art_of(parts)

    def cards() -> tuple[Page, ...]:
        card = card_page(parts, art, sheet_of, words)
        return (card, figure_page(parts, art, sheet_of, words)) if art.stands else (card,)

    drawers: dict[str, Callable[[], tuple[Page, ...]]] = {
        "card": cards,
        "box": lambda: (box_page(parts, art, sheet_of, words),),
        "stickers": lambda: (sticker_page(parts, art, sheet_of, words),),
    }
    return MappingProxyType({name: drawers[name]() for name in sheets})
