"""What a parser of a file format hands on: the blocks of metadata it came across, not yet understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from stylize.models import Found


@dataclass(kw_only=True, slots=True)
class Blocks:
    """Filled while one file is walked through; `found` for what needs no further reading."""

    exif: list[bytes] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    photoshop: list[bytes] = field(default_factory=list)
    iptc: list[bytes] = field(default_factory=list)
    icc: bytes = b""
    found: list[Found] = field(default_factory=list)
