"""A finished picture, ready to be taken home in any format, with its receipt; and what else can be made of it. Each file
is one that `stylize.export` has verified.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace

import cv2
import numpy as np

from stylize.enlarging import DPI, enlarge
from stylize.export import export
from stylize.geometry import Size
from stylize.models import ExportOrder, Pixels, Receipt
from stylize.pipeline import Result
from stylize.printing import print_book
from stylize.privacy.memory import wipe_all
from stylize.receipt import languages, to_json, to_text
from ui.pictures import encode
from ui.profile import profile
from ui.shelf import Sheet

FORMATS = {"picture.png": "image/png", "picture.jpg": "image/jpeg", "picture.webp": "image/webp"}
PRINTS = {"print.png": "image/png", "print.jpg": "image/jpeg", "print.webp": "image/webp"}
"""The same picture for paper, once it was made as large."""
MORE = {"profile.jpg": "image/jpeg", "cutout.png": "image/png"}
"""The head as a square, and the figure alone on nothing."""
PICTURES = FORMATS | MORE | PRINTS
BOOKS = {"print_a4.pdf": "a4", "print_letter.pdf": "letter"}
"""Sheets to print, cut out and fold, by the paper they are for."""
RECEIPTS = {"receipt.json": "application/json", "receipt.txt": "text/plain; charset=utf-8"}
SMALL_WIDTH_PX = 480


class Parcel:
    """`sheet(name)` gives the files of PICTURES, BOOKS and RECEIPTS, "before.jpg": the photo in the picture's shape, and
    "small.jpg": the picture to choose by.

    `more`: which of MORE there are. `photo`: the id of the photo it was made of. `seconds`: how long that took.
    `language`: of the receipt in words.
    """

    def __init__(
        self, result: Result, *, before: Sheet, photo: str | None = None, seconds: float = 0.0, language: str = "en"
    ) -> None:
        self.style, self.engine, self.seed = result.plan.style, result.plan.engine, result.plan.seed
        self.rows = result.plan.denoise.rows if result.plan.denoise else 1
        self.request, self.photo, self.seconds = result.request, photo, seconds
        height, width = result.pixels.shape[:2]
        self.size = Size(width=width, height=height)
        self.trained, self.computed = result.trained, result.plan.denoise is None
        self.notes = result.notes
        self.more = tuple(name for name in MORE if name != "cutout.png" or result.figure is not None)
        self.enlarged = False
        self._receipt = result.receipt
        self._language = language if language in languages() else "en"
        self._result: Result | None = result
        self._large: Pixels | None = None
        self._sheets = {"before.jpg": before, "small.jpg": encode(_small(result.pixels), ".jpg", quality=86)}
        self._lock = threading.Lock()
        made = result.export
        for name, media_type in FORMATS.items():
            if media_type == made.media_type:
                self._sheets[name] = _sheet(made.data, media_type)

    @property
    def print_size(self) -> Size | None:
        """The size of PRINTS; None as long as there are none."""
        with self._lock:
            return None if self._large is None else Size(width=self._large.shape[1], height=self._large.shape[0])

    def take_large(self, pixels: Pixels) -> None:
        """From now on there are PRINTS: the same picture, made anew in a larger size. Overwritten if this was wiped."""
        with self._lock:
            if self._result is not None:
                self._large = pixels
            else:
                wipe_all((pixels,))

    def enlarge(self, size: Size) -> None:
        """From now on there are PRINTS, interpolated as `stylize.enlarging.enlarge` does it; `enlarged` says so."""
        with self._lock:
            if self._result is not None:
                self._large, self.enlarged = enlarge(self._result, size), True

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
            result, self._result = self._result, None
            if result is not None:
                wipe_result(result)
            wipe_all((self._large,))
            self._large = None
            for sheet in self._sheets.values():
                sheet.wipe()
            self._sheets.clear()

    def _export(self, name: str) -> Sheet | None:
        """Made, and verified, when first asked for."""
        if name not in self._sheets and (pixels := self._drawn(name)) is not None:
            order = ExportOrder(media_type=PICTURES[name])
            made = export(pixels, order, trained=self.trained, dpi=DPI if name in PRINTS else None)
            self._sheets[name] = _sheet(made.data, made.media_type)
        return self._sheets.get(name)

    def _print(self, name: str) -> Sheet | None:
        """Drawn, and verified, when first asked for: it takes a second or two. Not in the receipt, which would print."""
        if name not in self._sheets and self._result is not None:
            made = print_book(self._result.parts, trained=self.trained, paper=BOOKS[name], language=self._language)
            self._sheets[name] = _sheet(made.data, made.media_type)
        return self._sheets.get(name)

    def _drawn(self, name: str) -> Pixels | None:
        if self._result is None or name in PRINTS:
            return self._large
        if name == "cutout.png":
            return self._result.figure
        return profile(self._result.picture) if name == "profile.jpg" else self._result.pixels

    def _write(self, name: str) -> Sheet | None:
        """A receipt, with the digests of all formats: whichever was taken home, it can be compared."""
        if self._result is None:
            return None
        receipt = self._with_digests(self._receipt)
        text = to_json(receipt) if name.endswith(".json") else to_text(receipt, self._language)
        return _sheet(text.encode(), RECEIPTS[name])

    def _with_digests(self, receipt: Receipt) -> Receipt:
        """What else was made of the picture goes by its kind and its name, as in "image/png, cutout"."""
        sheets = {name: sheet for name in PICTURES if (sheet := self._export(name)) is not None}
        others = [
            (sheet.media_type if name in FORMATS else f"{sheet.media_type}, {name.partition('.')[0]}", sheet)
            for name, sheet in sheets.items()
            if name not in FORMATS or sheet.media_type != receipt.media_type
        ]
        return replace(receipt, other_digests=tuple((k, hashlib.sha256(s.data).hexdigest()) for k, s in others))


def wipe_result(result: Result) -> None:
    """Overwrite its pixels."""
    wipe_all((result.pixels, result.picture, result.figure, *result.parts.toys))


def _small(pixels: Pixels) -> Pixels:
    """To choose by: SMALL_WIDTH_PX wide at most."""
    height, width = pixels.shape[:2]
    if width <= SMALL_WIDTH_PX:
        return pixels
    size = (SMALL_WIDTH_PX, round(height * SMALL_WIDTH_PX / width))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sheet(data: bytes, media_type: str) -> Sheet:
    return Sheet(data=memoryview(bytearray(data)), media_type=media_type)
