"""Sheets to print at home: the toy box draws the pages, the export room makes verified PDFs of them."""

from __future__ import annotations

from stylize.export import export_pages
from stylize.models import Export
from stylize.toybox.print.parts import PrintParts
from stylize.toybox.print.sheets import SHEETS, draw_sheets

__all__ = ["SHEETS", "PrintParts", "print_book", "print_sheets"]


def print_sheets(
    parts: PrintParts,
    *,
    trained: bool,
    paper: str = "a4",
    language: str | None = None,
    sheets: tuple[str, ...] = SHEETS,
) -> dict[str, Export]:
    """A PDF of each of `sheets`, by name. `paper`: "a4" or "letter"; `language`: of the instructions, None: the card's.

    `trained`: a trained image model had a hand in the picture. Raises RequestError for what cannot be printed,
    ExportVerifyFailed.
    """
    pages = draw_sheets(parts, paper=paper, language=language or parts.order.language, sheets=sheets)
    return {name: export_pages(of_sheet, trained=trained) for name, of_sheet in pages.items()}


def print_book(parts: PrintParts, *, trained: bool, paper: str = "a4", language: str | None = None) -> Export:
    """All sheets as one PDF. Arguments and errors as of `print_sheets`."""
    pages = draw_sheets(parts, paper=paper, language=language or parts.order.language)
    return export_pages([page for of_sheet in pages.values() for page in of_sheet], trained=trained)
