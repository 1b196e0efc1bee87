"""A finished picture, ready to be taken home in any format, with its receipt. Each file is one that `stylize.export` has
verified.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace

from stylize.export import export
from stylize.models import ExportOrder, Pixels, Receipt
from stylize.pipeline import Result
from stylize.privacy.memory import wipe
from stylize.receipt import languages, to_json, to_text
from ui.shelf import Sheet

FORMATS = {"picture.png": "image/png", "picture.jpg": "image/jpeg", "picture.webp": "image/webp"}
RECEIPTS = {"receipt.json": "application/json", "receipt.txt": "text/plain; charset=utf-8"}


class Parcel:
    """`sheet(name)` gives the files of FORMATS and RECEIPTS, and "before.jpg": the photo in the picture's shape.

    `language`: of the receipt in words.
    """

    def __init__(self, result: Result, *, before: Sheet, language: str = "en") -> None:
        self.style = result.plan.style
        self._trained = result.plan.denoise is not None
        self._receipt = result.receipt
        self._language = language if language in languages() else "en"
        self._pixels: Pixels | None = result.pixels
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
            return self._export(name) if name in FORMATS else self._sheets.get(name)

    def file_name(self, name: str) -> str:
        """What the file of that name is called at home."""
        ending = name.rpartition(".")[2]
        return f"stylize-{self.style}-receipt.{ending}" if name in RECEIPTS else f"stylize-{self.style}.{ending}"

    def wipe(self) -> None:
        """Overwrite the pixels and every file made of them."""
        with self._lock:
            if self._pixels is not None and self._pixels.flags.writeable:
                wipe(self._pixels)
            self._pixels = None
            for sheet in self._sheets.values():
                sheet.wipe()
            self._sheets.clear()

    def _export(self, name: str) -> Sheet | None:
        if name not in self._sheets and self._pixels is not None:
            made = export(self._pixels, ExportOrder(media_type=FORMATS[name]), trained=self._trained)
            self._sheets[name] = _sheet(made.data, made.media_type)
        return self._sheets.get(name)

    def _write(self, name: str) -> Sheet | None:
        """A receipt, with the digests of all formats: whichever was taken home, it can be compared."""
        if self._pixels is None:
            return None
        receipt = self._with_digests(self._receipt)
        text = to_json(receipt) if name.endswith(".json") else to_text(receipt, self._language)
        return _sheet(text.encode(), RECEIPTS[name])

    def _with_digests(self, receipt: Receipt) -> Receipt:
        sheets = [sheet for name in FORMATS if (sheet := self._export(name)) is not None]
        others = [
            (sheet.media_type, hashlib.sha256(sheet.data).hexdigest())
            for sheet in sheets
            if sheet.media_type != receipt.media_type
        ]
        return replace(receipt, other_digests=tuple(others))


def _sheet(data: bytes, media_type: str) -> Sheet:
    return Sheet(data=memoryview(bytearray(data)), media_type=media_type)
