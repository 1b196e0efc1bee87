"""How much of the machine one photo may take."""

from __future__ import annotations

from dataclasses import dataclass

from stylize.errors import PhotoTooHard
from stylize.photo.read import LARGEST_FILE_BYTES

FORM_BYTES = 4096
"""What the form around a photo may add."""
LARGEST_BODY_BYTES = LARGEST_FILE_BYTES + FORM_BYTES
DRAINED_BYTES = 100_000_000
"""How much of an upload over the limit is listened to and thrown away, so that the browser hears the answer."""
UPLOAD_SECONDS = 120
"""How long a photo may take to come in before its decoder is ended, whoever holds the other end."""
AT_ONCE = 2
"""Decoders that may live at the same time."""
WAITING = 16
"""Photos that may wait for one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one photo may take.

    `cpu_seconds` of computing; `wall_seconds` on the clock, counted from the photo's last byte; `memory_bytes` of
    address space on top of the decoder's own (50 megapixels take 950 MB as WebP and 700 MB at most in other formats).
    `walled` False: only for who said that they do without the wall; a decoder then works on where it gets no cell.
    """

    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    memory_bytes: int = 1_200_000_000
    walled: bool = True


def too_hard(limits: Limits) -> PhotoTooHard:
    """The refusal of a photo that is over the limits."""
    return PhotoTooHard(seconds=limits.cpu_seconds, megabytes=limits.memory_bytes // 1_000_000)
