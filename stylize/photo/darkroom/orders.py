"""What a server says to those who make decoders, and what they say of a decoder's end."""

from __future__ import annotations

import re
from enum import Enum

from stylize.errors import PhotoNotArrived

ORDER_BYTES = 128
BORN = b"b"
"""What a zygote says when a decoder has been made."""
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")


class End(Enum):
    """How a decoder ended; the value is the byte that tells it. UNKNOWN: nobody was left to tell."""

    ANSWERED = b"a"
    OVER_LIMIT = b"l"
    STOPPED = b"s"
    CRASHED = b"c"
    UNKNOWN = b""


def write_order(boundary: str | None) -> bytes:
    """An order of ORDER_BYTES: the form's boundary, or none for a bare file.

    Raises PhotoNotArrived for a boundary that no form may have (RFC 2046, 5.1.1).
    """
    if boundary is None:
        return bytes(ORDER_BYTES)
    if not _BOUNDARY.fullmatch(boundary):
        raise PhotoNotArrived
    word = boundary.encode("ascii")
    return (bytes([1, len(word)]) + word).ljust(ORDER_BYTES, b"\0")


def read_order(order: bytes) -> bytes | None:
    """The boundary in an order, None for a bare file."""
    return order[2 : 2 + order[1]] if order[0] else None
