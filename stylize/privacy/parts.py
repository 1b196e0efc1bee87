"""One part of the wall, as it is told to the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Name = Literal[
    "seccomp",
    "sandbox",
    "landlock",
    "network-namespace",
    "private-ram",
    "read-only-disk",
    "no-dumps",
    "no-swap",
]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the wall: does it stand, and if not, why, in one plain sentence ("" if it stands)."""

    name: Name
    stands: bool
    why: str = ""
