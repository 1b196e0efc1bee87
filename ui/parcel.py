"""A finished picture, ready to be taken home in any format. The file is the one that `stylize.export` has verified."""

from __future__ import annotations

import threading

from stylize.export import export
from stylize.models import ExportOrder
from stylize.pipeline import Result
from ui.shelf import Sheet

FORMATS = {"picture.png": "image/png", "picture.jpg": "image/jpeg", "picture.webp": "image/webp"}


class Parcel:
    """`sheet(name)` gives the files of FORMATS, and "before.jpg": the photo in the picture's shape."""

    def __init__(self, result: Result, *, before: Sheet) -> None:
        self._result = result
        self._sheets = {"before.jpg": before}
        self._lock = threading.Lock()
        made = result.export
        for name, media_type in FORMATS.items():
            if media_type == made.media_type:
                self._sheets[name] = Sheet(data=made.data, media_type=media_type)

    @property
    def style(self) -> str:
        return self._result.plan.style

    def sheet(self, name: str) -> Sheet | None:
        """The file of that name; other formats are exported, and verified, when first asked for. None: no such name."""
        with self._lock:
            if name not in self._sheets and name in FORMATS:
                trained = self._result.plan.denoise is not None
                made = export(self._result.pixels, ExportOrder(media_type=FORMATS[name]), trained=trained)
                self._sheets[name] = Sheet(data=made.data, media_type=made.media_type)
            return self._sheets.get(name)
