"""What kind of file it is, by its content. The name and the claimed type are never asked."""

from __future__ import annotations

from enum import StrEnum

from stylize.errors import FormatNotSupported, NotAnImage

NAMES = "JPEG, PNG, WebP, HEIC and AVIF"
"""The formats that can be read, as a sentence lists them."""

ISO_SIGNATURE = b"ftyp"


class Format(StrEnum):
    """The formats that can be read; the value is the media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIF = "image/heif"
    AVIF = "image/avif"


_SIGNATURES = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
)

_REFUSED = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\x01\0", "ICO"),
    (b"II*\0", "TIFF or camera raw"),
    (b"MM\0*", "TIFF or camera raw"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"IIRO", "camera raw"),
    (b"IIU\0", "camera raw"),
    (b"FUJIFILM", "camera raw"),
    (b"\x8aMNG", "MNG"),
    (b"qoif", "QOI"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1a\x45\xdf\xa3", "video"),
)

REFUSED_NAMES = frozenset({name for _, name in _REFUSED} | {"SVG"})
"""What FormatNotSupported may call a file."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_RAW_BRANDS = frozenset({b"crx "})


def recognise(untrusted_bytes: bytes) -> Format:
    """The format of a file.

    Raises FormatNotSupported for a kind of picture or film that is known but not read, NotAnImage for anything else.
    """
    head = untrusted_bytes[:512]
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head.startswith(b"RIFF"):
        if head[8:12] == b"WEBP":
            return Format.WEBP
        if head[8:12] == b"AVI ":
            raise FormatNotSupported(format="video", formats=NAMES)
    if head[4:8] == ISO_SIGNATURE:
        return _recognise_iso(untrusted_bytes)
    for signature, name in _REFUSED:
        if head.startswith(signature):
            raise FormatNotSupported(format=name, formats=NAMES)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in untrusted_bytes[:4096].lower():
        raise FormatNotSupported(format="SVG", formats=NAMES)
    raise NotAnImage(formats=NAMES)


def _recognise_iso(untrusted_bytes: bytes) -> Format:
    """HEIF, AVIF, films and one camera's raw files share one container: the brands tell them apart."""
    length = min(int.from_bytes(untrusted_bytes[:4], "big"), 256)
    box = untrusted_bytes[8 : max(length, 16)]
    brands = {box[i : i + 4] for i in (0, *range(8, len(box) - 3, 4))}
    if brands & _AVIF_BRANDS:
        return Format.AVIF
    if brands & _RAW_BRANDS:
        raise FormatNotSupported(format="camera raw", formats=NAMES)
    if brands & _HEIF_BRANDS:
        return Format.HEIF
    raise FormatNotSupported(format="video", formats=NAMES)
