"""Pages → a PDF in true size that holds their pixels, their lines and one XMP label. No dates, no names, no fonts.

PDF 1.6 (ISO 32000): every page is one JPEG at 300 dpi in sRGB and a stream of plain strokes. The file asks viewers not
to scale when they print.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from stylize.errors import OutOfRange
from stylize.export.encode import srgb_profile
from stylize.paper import DPI, MM_PER_INCH, Line, Page

PDF = "application/pdf"
POINTS_PER_INCH = 72
HEADER = b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"
_QUALITY = 94
_STROKE_POINTS = 0.5
_DASHES = "[4 2.5] 0 d"


def write_pdf(pages: Sequence[Page], xmp: bytes) -> bytes:
    """The whole file. Equal pages, equal bytes. OutOfRange without a page."""
    if not pages:
        raise OutOfRange(field="pages", low=1, high="any number")
    first = 5
    kids = " ".join(f"{first + 3 * k} 0 R" for k in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 3 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        _stream("/Type /Metadata /Subtype /XML", xmp),
        _stream("/N 3 /Alternate /DeviceRGB", srgb_profile()),
    ]
    for k, page in enumerate(pages):
        objects += _page(page, first + 3 * k)
    return _bound(objects)


def page_points(page: Page) -> tuple[float, float]:
    """Width and height of a page in points."""
    return _points(page.paper.width_mm), _points(page.paper.height_mm)


def _page(page: Page, number: int) -> list[bytes]:
    """The page, what is drawn on it, and its picture."""
    wide, tall = page_points(page)
    height, width = page.pixels.shape[:2]
    sheet = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide:.3f} {tall:.3f}] "
        f"/Resources << /XObject << /P {number + 2} 0 R >> >> /Contents {number + 1} 0 R >>"
    )
    picture = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
        "/ColorSpace [/ICCBased 4 0 R] /BitsPerComponent 8 /Filter /DCTDecode"
    )
    return [sheet.encode(), _stream("", _drawing(page)), _stream(picture, _jpeg(page))]


def _drawing(page: Page) -> bytes:
    _, tall = page_points(page)
    height, width = page.pixels.shape[:2]
    across, down = (side * POINTS_PER_INCH / DPI for side in (width, height))
    said = [f"q {across:.3f} 0 0 {down:.3f} 0 {tall - down:.3f} cm /P Do Q", f"{_STROKE_POINTS} w 1 j"]
    said += [_stroke(line, tall) for line in page.lines]
    return "\n".join(said).encode()


def _stroke(line: Line, tall: float) -> str:
    spots = [f"{_points(x):.2f} {tall - _points(y):.2f}" for x, y in line.points]
    path = f"{spots[0]} m " + " ".join(f"{spot} l" for spot in spots[1:])
    dashes = _DASHES if line.dashed else "[] 0 d"
    return f"{dashes} {line.grey:.2f} G {path} {'s' if line.closed else 'S'}"


def _jpeg(page: Page) -> bytes:
    """4:4:4, as lettering needs it; nothing in it but the picture."""
    buffer = io.BytesIO()
    bare = Image.fromarray(np.array(page.pixels, np.uint8, order="C", copy=True))
    bare.save(buffer, "JPEG", quality=_QUALITY, subsampling=0, dpi=(DPI, DPI))
    return buffer.getvalue()


def _stream(keys: str, body: bytes) -> bytes:
    head = f"<< {keys} /Length {len(body)} >>" if keys else f"<< /Length {len(body)} >>"
    return head.encode() + b"\nstream\n" + body + b"\nendstream"


def _bound(objects: list[bytes]) -> bytes:
    """Objects, numbered from 1, with the table of where they begin."""
    data = bytearray(HEADER)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    begin = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF\n".encode()
    return bytes(data)


def _points(millimetres: float) -> float:
    return millimetres * POINTS_PER_INCH / MM_PER_INCH
