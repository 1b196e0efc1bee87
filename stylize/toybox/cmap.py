"""Which letters a TrueType font has: a reader of its `cmap` table (OpenType specification 1.9, formats 4 and 12)."""

from __future__ import annotations

from struct import unpack_from

from stylize.errors import DeclarationError

_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}


def letters_of(font: bytes) -> frozenset[int]:
    """The code points that `font` (an sfnt file) has a glyph of its own for. DeclarationError without such a table."""
    for index in range(unpack_from(">H", font, 4)[0]):
        tag, _, start, _ = unpack_from(">4sIII", font, 12 + 16 * index)
        if tag == b"cmap":
            return _read(font, start)
    raise DeclarationError(name="font", why="it has no table of letters")


def _read(font: bytes, start: int) -> frozenset[int]:
    found: set[int] = set()
    for index in range(unpack_from(">H", font, start + 2)[0]):
        platform, encoding, offset = unpack_from(">HHI", font, start + 4 + 8 * index)
        if (platform, encoding) not in _UNICODE:
            continue
        table = start + offset
        form = unpack_from(">H", font, table)[0]
        if form == 4:
            found |= _segments(font, table)
        elif form == 12:
            found |= _groups(font, table)
    return frozenset(found)


def _segments(font: bytes, table: int) -> set[int]:
    count = unpack_from(">H", font, table + 6)[0] // 2
    ends, starts = table + 14, table + 16 + 2 * count
    deltas, offsets = starts + 2 * count, starts + 4 * count
    found: set[int] = set()
    for k in range(count):
        last, first = unpack_from(">H", font, ends + 2 * k)[0], unpack_from(">H", font, starts + 2 * k)[0]
        delta, offset = unpack_from(">H", font, deltas + 2 * k)[0], unpack_from(">H", font, offsets + 2 * k)[0]
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = unpack_from(">H", font, offsets + 2 * k + offset + 2 * (code - first))[0]
            if (glyph or not offset) and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found


def _groups(font: bytes, table: int) -> set[int]:
    found: set[int] = set()
    for k in range(unpack_from(">I", font, table + 12)[0]):
        first, last, glyph = unpack_from(">III", font, table + 16 + 12 * k)
        found.update(range(first if glyph else first + 1, last + 1))
    return found
