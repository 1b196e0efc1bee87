"""Two carriers about files: what one held beside the picture, and the finished one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One thing found in the file beside the picture, in plain words. `group`: place, time, device, person,
    software, thumbnail, colour, other. `value` is the user's own and never logged.
    """

    group: str
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """The finished file. `labels`: what it carries beside the pixels, by name."""

    data: bytes = field(repr=False)
    media_type: str
    labels: tuple[str, ...]
