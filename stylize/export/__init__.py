"""The export room: pixels → a clean, labelled file that was read again before it is handed over."""

from __future__ import annotations

from stylize.export.encode import check_order, encode
from stylize.export.label import LABELS, xmp_packet
from stylize.export.verify import verify
from stylize.models import Export, ExportOrder, Pixels

__all__ = ["check_order", "export"]


def export(pixels: Pixels, order: ExportOrder, *, trained: bool) -> Export:
    """(h, w, 3) uint8 sRGB → Export. `trained`: a trained image model had a hand in the picture.

    Raises UnknownChoice, OutOfRange (the order), ExportVerifyFailed (the file is not what it should be).
    """
    xmp = xmp_packet(trained=trained)
    data = encode(pixels, order, xmp)
    verify(data, order, pixels, xmp)
    return Export(data=data, media_type=order.media_type, labels=LABELS)
