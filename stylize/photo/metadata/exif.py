"""EXIF: a TIFF file inside of the photo (CIPA DC-008). Every directory and every tag in it is read."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import ExifTags

from stylize.models import Found
from stylize.photo.metadata.words import clean, found, size_words

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_FORMATS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_POINTERS = {0x8769: "exif", 0x8825: "gps", 0xA005: "interop", 0x014A: "sub"}
_TEXT_WITH_CODE = {0x9286, 0x001B, 0x001C}
_WINDOWS_TEXT = range(0x9C9B, 0x9CA0)
_MAKER_NOTE, _THUMBNAIL_START, _THUMBNAIL_LENGTH = 0x927C, 0x0201, 0x0202
_XMP, _IPTC, _PHOTOSHOP, _ICC = 0x02BC, 0x83BB, 0x8649, 0x8773
_MOST_TAGS, _MOST_DIRECTORIES = 1000, 40
_SILENT = frozenset({0x0111, 0x0117})


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """One entry. `directory`: main, thumbnail, exif, gps, interop or sub."""

    directory: str
    number: int
    kind: int
    raw: bytes
    order: str

    @property
    def name(self) -> str:
        if self.directory == "gps":
            return ExifTags.GPSTAGS.get(self.number, f"GPS tag {self.number}")
        if self.directory == "interop":
            return {1: "InteropIndex", 2: "InteropVersion"}.get(self.number, f"Interop tag {self.number}")
        known = ExifTags.TAGS.get(self.number, f"tag {self.number:#06x}")
        return f"Thumbnail{known}" if self.directory == "thumbnail" else known


def tags(block: bytes) -> Iterator[Tag]:
    """Every entry of an EXIF block (with or without its "Exif" signature); damaged ones are passed over."""
    data = block[6:] if block.startswith(b"Exif\0") else block
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return
    waiting = [("main", struct.unpack_from(f"{order}I", data, 4)[0])]
    seen: set[int] = set()
    count = 0
    while waiting and len(seen) < _MOST_DIRECTORIES:
        directory, start = waiting.pop(0)
        if start in seen or start + 2 > len(data):
            continue
        seen.add(start)
        entries = struct.unpack_from(f"{order}H", data, start)[0]
        for index in range(entries):
            tag = _entry(data, order, directory, start + 2 + 12 * index)
            count += 1
            if tag is None or count > _MOST_TAGS:
                continue
            if tag.number in _POINTERS and tag.kind in (4, 13):
                waiting += [(_POINTERS[tag.number], int(place)) for place in numbers(tag)]
            else:
                yield tag
        follows = start + 2 + 12 * entries
        if directory == "main" and follows + 4 <= len(data):
            following = struct.unpack_from(f"{order}I", data, follows)[0]
            if following:
                waiting.append(("thumbnail", following))


def _entry(data: bytes, order: str, directory: str, place: int) -> Tag | None:
    if place + 12 > len(data):
        return None
    number, kind, length = struct.unpack_from(f"{order}HHI", data, place)
    size = _SIZES.get(kind, 0) * length
    start = place + 8 if size <= 4 else struct.unpack_from(f"{order}I", data, place + 8)[0]
    if not size or start + size > len(data):
        return None
    return Tag(directory=directory, number=number, kind=kind, raw=data[start : start + size], order=order)


def numbers(tag: Tag) -> list[float]:
    """The values of a number tag; fractions divided out, x/0 as 0."""
    if tag.kind in (5, 10):
        pairs = struct.unpack(f"{tag.order}{len(tag.raw) // 4}{'I' if tag.kind == 5 else 'i'}", tag.raw)
        return [top / bottom if bottom else 0.0 for top, bottom in zip(pairs[::2], pairs[1::2], strict=True)]
    if tag.kind in _FORMATS:
        return list(struct.unpack(f"{tag.order}{len(tag.raw) // _SIZES[tag.kind]}{_FORMATS[tag.kind]}", tag.raw))
    return []


def text(tag: Tag) -> str:
    """The value in words, whatever its type."""
    if tag.number in _WINDOWS_TEXT:
        return clean(tag.raw.decode("utf-16-le", "replace").rstrip("\0"))
    if tag.number in _TEXT_WITH_CODE and tag.kind in (2, 7):
        return clean(_coded(tag))
    if tag.kind in (2, 7):
        stripped = tag.raw.rstrip(b"\0")
        readable = stripped.decode("utf-8", "replace")
        if tag.kind == 2 or (readable.isprintable() and readable):
            return clean(readable)
        return size_words(len(tag.raw))
    values = numbers(tag)
    shown = ", ".join(f"{value:.6g}" for value in values[:12])
    return shown if len(values) <= 12 else f"{shown} … ({len(values)} numbers)"


def _coded(tag: Tag) -> str:
    """A comment that begins with the name of its character code."""
    code, body = tag.raw[:8], tag.raw[8:]
    if code.startswith(b"UNICODE"):
        return body.decode("utf-16-le" if tag.order == "<" else "utf-16-be", "replace").rstrip("\0 ")
    return (body if code.strip(b"\0") in (b"ASCII", b"JIS", b"") else tag.raw).decode("utf-8", "replace").rstrip("\0 ")


def read(block: bytes) -> tuple[list[Found], dict[str, bytes]]:
    """(everything found, blocks of other kinds that were inside: xmp, iptc, photoshop, icc)."""
    findings: list[Found] = []
    inside: dict[str, bytes] = {}
    gps: dict[int, Tag] = {}
    thumbnail = 0
    nested = {_XMP: "xmp", _IPTC: "iptc", _PHOTOSHOP: "photoshop", _ICC: "icc"}
    for tag in tags(block):
        if tag.directory == "gps":
            gps[tag.number] = tag
        if tag.number in nested and tag.directory == "main":
            inside[nested[tag.number]] = tag.raw
        elif tag.number == _THUMBNAIL_LENGTH and tag.directory == "thumbnail":
            thumbnail = int(numbers(tag)[0])
        elif tag.number == _THUMBNAIL_START and tag.directory == "thumbnail":
            continue
        elif tag.number == _MAKER_NOTE:
            maker = clean(tag.raw[:12].split(b"\0")[0].decode("ascii", "ignore"))
            note = f"{maker}, " if len(maker) > 2 else ""
            findings.append(found("MakerNote", f"{note}{size_words(len(tag.raw))} of the maker's own", "device"))
        elif tag.number not in _SILENT:
            group = "thumbnail" if tag.directory == "thumbnail" else None
            findings.append(found(tag.name, text(tag), "place" if tag.directory == "gps" else group))
    if thumbnail:
        findings.append(found("Thumbnail", f"a small copy of the picture, {size_words(thumbnail)}", "thumbnail"))
    findings += _place(gps)
    return findings, inside


def _place(gps: dict[int, Tag]) -> list[Found]:
    """Latitude and longitude in decimal degrees and words."""
    parts = []
    for value, side, words in ((2, 1, {"N": "north", "S": "south"}), (4, 3, {"E": "east", "W": "west"})):
        if value not in gps:
            return []
        degrees = (*numbers(gps[value]), 0.0, 0.0, 0.0)
        decimal = degrees[0] + degrees[1] / 60 + degrees[2] / 3600
        letter = text(gps[side])[:1].upper() if side in gps else ""
        parts.append(f"{decimal:.5f}° {words.get(letter, '')}".strip())
    return [found("Where it was taken", ", ".join(parts), "place")]
