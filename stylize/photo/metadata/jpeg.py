"""Walks through a JPEG: its application segments, its comments, and what follows after its end."""

from __future__ import annotations

from stylize.photo.metadata.blocks import Blocks
from stylize.photo.metadata.words import found, size_words

_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_PLAIN_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_ICC, _PHOTOSHOP = b"ICC_PROFILE\0", b"Photoshop 3.0\0"
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_USUAL = {0xE0: (b"JFIF\0",), 0xEE: (b"Adobe",)}


def walk(data: bytes) -> Blocks:
    """All blocks of metadata in a JPEG, however damaged."""
    blocks = Blocks()
    extended: dict[bytes, list[tuple[int, bytes]]] = {}
    icc: dict[int, bytes] = {}
    seen: set[str] = set()
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            place = _next_marker(data, place)
            continue
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker == 0xD9:
            break
        elif marker == 0x00 or marker in _WITHOUT_LENGTH:
            place += 2
        else:
            size = int.from_bytes(data[place + 2 : place + 4], "big")
            body = data[place + 4 : place + 2 + size]
            if body.startswith(_EXTENDED_XMP):
                start = len(_EXTENDED_XMP)
                offset = int.from_bytes(body[start + 36 : start + 40], "big")
                extended.setdefault(body[start : start + 32], []).append((offset, body[start + 40 :]))
            elif body.startswith(_ICC):
                icc[body[12] if len(body) > 12 else 0] = body[14:]
            else:
                _segment(marker, body, blocks, seen)
            place += 2 + size
            if marker == 0xDA:
                place = _next_marker(data, place)
    blocks.xmp += [b"".join(part for _, part in sorted(parts)) for parts in extended.values()]
    blocks.icc = b"".join(icc[number] for number in sorted(icc))
    _after(data[place + 2 :], blocks)
    return blocks


def _next_marker(data: bytes, place: int) -> int:
    """The next marker that is no restart and no stuffed byte: where the compressed data of a scan ends."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        following = data[place + 1]
        if following != 0x00 and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return place
        place += 1 if following == 0xFF else 2


def _segment(marker: int, body: bytes, blocks: Blocks, seen: set[str]) -> None:
    if marker == 0xE1 and body.startswith(b"Exif\0"):
        blocks.exif.append(body)
    elif marker == 0xE1 and body.startswith(_PLAIN_XMP):
        blocks.xmp.append(body[len(_PLAIN_XMP) :])
    elif marker == 0xED and body.startswith(_PHOTOSHOP):
        blocks.photoshop.append(body)
    elif marker == 0xFE:
        blocks.found.append(found("Comment", body.decode("utf-8", "replace"), "person"))
    elif marker == 0xE2 and body.startswith(b"MPF\0"):
        blocks.found.append(found("Second picture", "the file is made to hold more than one picture", "thumbnail"))
    elif marker == 0xEB and b"jumb" in body[:64]:
        if "credentials" not in seen:
            seen.add("credentials")
            blocks.found.append(found("Content credentials", "a signed history of the picture (C2PA)", "software"))
    elif marker == 0xE0 and body.startswith(b"JFXX"):
        blocks.found.append(found("Thumbnail", f"a small copy of the picture, {size_words(len(body))}", "thumbnail"))
    elif 0xE0 <= marker <= 0xEF and not body.startswith(_USUAL.get(marker, ())):
        label = body[:20].split(b"\0")[0].decode("ascii", "ignore")
        name = f"Segment {label}" if label.isprintable() and len(label) > 2 else f"Segment APP{marker - 0xE0}"
        if name not in seen:
            seen.add(name)
            blocks.found.append(found(name, size_words(len(body)), "other"))


def _after(rest: bytes, blocks: Blocks) -> None:
    """More pictures, a film, or anything else behind the end of the picture."""
    if len(rest.strip(b"\0\n\r ")) < 4:
        return
    pictures = rest.count(b"\xff\xd8\xff")
    if b"ftyp" in rest[:200_000] or b"MotionPhoto" in rest:
        blocks.found.append(found("Film", f"a short film or live photo, {size_words(len(rest))}", "thumbnail"))
    elif pictures:
        blocks.found.append(
            found("Second picture", f"{pictures} behind the first, {size_words(len(rest))}", "thumbnail")
        )
    else:
        blocks.found.append(found("Data behind the picture", size_words(len(rest)), "other"))
