"""A finished picture, ready to be taken home in any format, with its receipt; and what else can be made of it. Each file
is one that `stylize.export` has verified.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace

from stylize.export import export
from stylize.models import ExportOrder, Pixels, Receipt
from stylize.pipeline import Result
from stylize.printing import PrintParts, print_book
from stylize.privacy.memory import wipe
from stylize.receipt import languages, to_json, to_text
from ui.profile import profile
from ui.shelf import Sheet

FORMATS = {"picture.png": "image/png", "picture.jpg": "image/jpeg", "picture.webp": "image/webp"}
MORE = {"profile.jpg": "image/jpeg", "cutout.png": "image/png"}
"""The head as a square, and the figure alone on nothing."""
PICTURES = FORMATS | MORE
BOOKS = {"print_a4.pdf": "a4", "print_letter.pdf": "letter"}
"""Sheets to print, cut out and fold, by the paper they are for."""
RECEIPTS = {"receipt.json": "application/json", "receipt.txt": "text/plain; charset=utf-8"}


class Parcel:
    """`sheet(name)` gives the files of PICTURES, BOOKS and RECEIPTS, and "before.jpg": the photo in the picture's shape.
    `more`: which of MORE there are.

    `language`: of the receipt in words.
    """

    def __init__(self, result: Result, *, before: Sheet, language: str = "en") -> None:
        self.style = result.plan.style
        self._trained = result.plan.denoise is not None
        self._receipt = result.receipt
        self._language = language if language in languages() else "en"
        self._pixels: Pixels | None = result.pixels
        self._picture: Pixels | None = result.picture
        self._figure = result.figure
        self._parts: PrintParts | None = result.parts
        self.more = tuple(name for name in MORE if name != "cutout.png" or result.figure is not None)
        self._sheets = {"before.jpg": before}
        self._lock = threading.Lock()
        made = result.export
        for name, media_type in FORMATS.items():
            if media_type == made.media_type:
                self._sheets[name] = _sheet(made.data, media_type)

    def sheet(self, name: str) -> Sheet | None:
        """The file of that name; other formats are exported, and verified, when first asked for. None: no such name, or
        it was wiped.
        """
        with self._lock:
            if name in RECEIPTS:
                return self._write(name)
            if name in BOOKS:
                return self._print(name)
            return self._export(name) if name in PICTURES else self._sheets.get(name)

    def file_name(self, name: str) -> str:
        """What the file of that name is called at home."""
        stem, _, ending = name.rpartition(".")
        return f"stylize-{self.style}{'' if name in FORMATS else f'-{stem}'}.{ending}".replace("_", "-")

    def wipe(self) -> None:
        """Overwrite the pixels and every file made of them."""
        with self._lock:
            for pixels in (self._pixels, self._picture, self._figure):
                if pixels is not None and pixels.flags.writeable:
                    wipe(pixels)
            self._pixels = self._picture = self._figure = self._parts = None
            for sheet in self._sheets.values():
                sheet.wipe()
            self._sheets.clear()

    def _export(self, name: str) -> Sheet | None:
        """Made, and verified, when first asked for."""
        if name not in self._sheets and (pixels := self._drawn(name)) is not None:
            made = export(pixels, ExportOrder(media_type=PICTURES[name]), trained=self._trained)
            self._sheets[name] = _sheet(made.data, made.media_type)
        return self._sheets.get(name)

    def _print(self, name: str) -> Sheet | None:
        """Drawn, and verified, when first asked for: it takes a second or two. Not in the receipt, which would print."""
        if name not in self._sheets and self._parts is not None:
            made = print_book(self._parts, trained=self._trained, paper=BOOKS[name], language=self._language)
            self._sheets[name] = _sheet(made.data, made.media_type)
        return self._sheets.get(name)

    def _drawn(self, name: str) -> Pixels | None:
        if name == "cutout.png":
            return self._figure
        if name == "profile.jpg":
            return None if self._picture is None else profile(self._picture)
        return self._pixels

    def _write(self, name: str) -> Sheet | None:
        """A receipt, with the digests of all formats: whichever was taken home, it can be compared."""
        if self._pixels is None:
            return None
        receipt = self._with_digests(self._receipt)
        text = to_json(receipt) if name.endswith(".json") else to_text(receipt, self._language)
        return _sheet(text.encode(), RECEIPTS[name])

    def _with_digests(self, receipt: Receipt) -> Receipt:
        """What else was made of the picture goes by its kind and its name, as in "image/png, cutout"."""
        sheets = {name: sheet for name in PICTURES if (sheet := self._export(name)) is not None}
        others = [
            (f"{sheet.media_type}, {name.partition('.')[0]}" if name in MORE else sheet.media_type, sheet)
            for name, sheet in sheets.items()
            if name in MORE or sheet.media_type != receipt.media_type
        ]
        return replace(receipt, other_digests=tuple((k, hashlib.sha256(s.data).hexdigest()) for k, s in others))


def _sheet(data: bytes, media_type: str) -> Sheet:
    return Sheet(data=memoryview(bytearray(data)), media_type=media_type)
