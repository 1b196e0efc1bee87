"""Reads a finished PDF again, byte by byte, and refuses it unless it holds our pages, our label, and nothing more."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from stylize.errors import ExportVerifyFailed
from stylize.export.containers import Malformed, jpeg_pieces
from stylize.export.encode import srgb_profile
from stylize.export.pdf import HEADER, page_points
from stylize.paper import DPI, Page

_NAMES = frozenset(
    {"Alternate", "BitsPerComponent", "Catalog", "ColorSpace", "Contents", "Count", "DCTDecode", "DeviceRGB", "Filter"}
    | {"Height", "ICCBased", "Image", "Kids", "Length", "MediaBox", "Metadata", "N", "None", "P", "Page", "Pages"}
    | {"Parent", "PrintScaling", "Resources", "Subtype", "Type", "ViewerPreferences", "Width", "XML", "XObject"}
)
_TOKENS = re.compile(rb"/(\w+)|<<|>>|\[|\]|R\b|\d+(?:\.\d+)?|[ \n]")
_DRAWN = re.compile(rb"(?:-?\d+(?:\.\d+)?|\[(?:[\d. ]*)\]|q|Q|cm|/P|Do|w|j|d|G|m|l|s|S)(?:[ \n]|$)")
_JPEG = {"APP0", "DQT", "DHT", "SOF0", "SOS"}
_SHRINK = 16
_FAR, _WORST = 3.0, 40.0


@dataclass(frozen=True, slots=True)
class PdfObject:
    """An object: its dictionary as written, and its stream's bytes, if it has one."""

    head: bytes
    stream: bytes | None = field(repr=False)


def pdf_objects(data: bytes) -> list[PdfObject]:
    """All objects in order. Malformed unless every byte of the file belongs to one, or to the one table of them."""
    if not data.startswith(HEADER):
        raise Malformed("header")
    at = len(HEADER)
    found: list[PdfObject] = []
    places: list[int] = []
    while data.startswith(begin := b"%d 0 obj\n" % (len(found) + 1), at):
        places.append(at)
        at, body = _object(data, at + len(begin))
        found.append(body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(found) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    table += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(found) + 1, at)
    if data[at:] != table:
        raise Malformed("bytes outside the objects")
    return found


def verify_pdf(data: bytes, pages: Sequence[Page], xmp: bytes) -> None:
    """Compare the file with what it should be. Raises ExportVerifyFailed naming what is off."""
    try:
        objects = pdf_objects(data)
        if len(objects) != 4 + 3 * len(pages):
            raise Malformed("number of objects")
        for body in objects:
            _only_known(body.head)
        if objects[2].stream != xmp or objects[3].stream != srgb_profile():
            raise Malformed("label")
        if any(objects[k].stream is not None for k in (0, 1)):
            raise Malformed("stream")
        for k, page in enumerate(pages):
            _check_page(objects[4 + 3 * k : 7 + 3 * k], page)
    except Malformed as problem:
        raise ExportVerifyFailed(why=f"pdf: {problem}") from None


def _object(data: bytes, at: int) -> tuple[int, PdfObject]:
    end = data.find(b"\n", at)
    head, at = data[at:end], end + 1
    stream = None
    if data.startswith(b"stream\n", at):
        length = re.search(rb"/Length (\d+) ", head)
        if length is None:
            raise Malformed("length")
        at += len(b"stream\n")
        stream, at = data[at : at + int(length[1])], at + int(length[1])
        at = _after(data, at, b"\nendstream\n")
    return _after(data, at, b"endobj\n"), PdfObject(head, stream)


def _after(data: bytes, at: int, wanted: bytes) -> int:
    if not data.startswith(wanted, at):
        raise Malformed("object")
    return at + len(wanted)


def _only_known(head: bytes) -> None:
    """Names that we use, numbers and brackets: no text, no date, no program to run."""
    at = 0
    while at < len(head):
        token = _TOKENS.match(head, at)
        if token is None or (token[1] and token[1].decode() not in _NAMES):
            raise Malformed("unexpected key")
        at = token.end()


def _check_page(objects: Sequence[PdfObject], page: Page) -> None:
    sheet, drawing, picture = objects
    wide, tall = page_points(page)
    if b"/MediaBox [0 0 %.3f %.3f]" % (wide, tall) not in sheet.head or sheet.stream is not None:
        raise Malformed("page size")
    if drawing.stream is None or picture.stream is None:
        raise Malformed("page is empty")
    at = 0
    while at < len(drawing.stream):
        token = _DRAWN.match(drawing.stream, at)
        if token is None:
            raise Malformed("unexpected drawing")
        at = token.end()
    height, width = page.pixels.shape[:2]
    if b"/Width %d /Height %d " % (width, height) not in picture.head:
        raise Malformed("picture size")
    _check_jpeg(picture.stream, page)


def _check_jpeg(data: bytes, page: Page) -> None:
    pieces = Counter(piece.name for piece in jpeg_pieces(data))
    if set(pieces) != _JPEG or pieces["APP0"] != 1 or len(jpeg_pieces(data)[0].body) != 14:
        raise Malformed("picture")
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        if opened.info.get("dpi") != (DPI, DPI):
            raise Malformed("resolution")
        height, width = page.pixels.shape[:2]
        if opened.size != (width, height):
            raise Malformed("picture size")
        seen = np.asarray(opened.reduce(_SHRINK), np.float32)
    meant = np.asarray(Image.fromarray(page.pixels).reduce(_SHRINK), np.float32)
    off = np.abs(seen - meant)
    if off.mean() > _FAR or off.max() > _WORST:
        raise Malformed("pixels differ")
