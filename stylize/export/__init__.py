"""The export room: pixels → a clean, labelled file that was read again before it is handed over."""

from __future__ import annotations

from collections.abc import Sequence

from stylize.export.encode import check_order, encode
from stylize.export.label import LABELS, PHOTO_LABELS, photo_packet, xmp_packet
from stylize.export.pdf import PDF, write_pdf
from stylize.export.pdf_verify import verify_pdf
from stylize.export.verify import verify
from stylize.models import Export, ExportOrder, Pixels
from stylize.paper import Page

__all__ = ["check_order", "export", "export_pages", "export_photo"]


def export(pixels: Pixels, order: ExportOrder, *, trained: bool, dpi: int | None = None) -> Export:
    """(h, w, 3) uint8 sRGB, or for a PNG (h, w, 4) with straight alpha → Export. `trained`: a trained image model had a
    hand in the picture. `dpi`: pixels per inch at which it is to be printed, written into the file where its kind can hold
    that: PNG and JPEG.

    Raises UnknownChoice, OutOfRange (the order), ExportVerifyFailed (the file is not what it should be).
    """
    xmp = xmp_packet(trained=trained)
    data = encode(pixels, order, xmp, dpi)
    verify(data, order, pixels, xmp, dpi)
    return Export(data=data, media_type=order.media_type, labels=LABELS)


def export_photo(pixels: Pixels, order: ExportOrder) -> Export:
    """A copy of a photo, (h, w, 3) uint8 sRGB → Export: clean and checked as `export` is, and no word of its source, which
    is not known. Raises UnknownChoice, OutOfRange, ExportVerifyFailed.
    """
    xmp = photo_packet()
    data = encode(pixels, order, xmp)
    verify(data, order, pixels, xmp)
    return Export(data=data, media_type=order.media_type, labels=PHOTO_LABELS)


def export_pages(pages: Sequence[Page], *, trained: bool) -> Export:
    """Printed pages → a PDF in true size, read again as the pictures are. `trained` as above.

    Raises OutOfRange without a page, ExportVerifyFailed.
    """
    xmp = xmp_packet(trained=trained)
    data = write_pdf(pages, xmp)
    verify_pdf(data, pages, xmp)
    return Export(data=data, media_type=PDF, labels=LABELS)
