"""The shelf in memory: the last few photos and results, by a random id. Nothing on it ever lies in a file."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Holds at most `places` things; the oldest falls off. Safe to use from several threads."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._things: OrderedDict[str, Thing] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, thing: Thing) -> str:
        """Lay it down; returns the id under which it is found again: random, saying nothing of the thing."""
        name = secrets.token_hex(16)
        with self._lock:
            self._things[name] = thing
            while len(self._things) > self._places:
                self._things.popitem(last=False)
        return name

    def get(self, name: str) -> Thing | None:
        with self._lock:
            return self._things.get(name)

    def drop(self, name: str | None) -> None:
        """Take it off, if it is there."""
        with self._lock:
            self._things.pop(name or "", None)

    def clear(self) -> None:
        """Take everything off."""
        with self._lock:
            self._things.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._things)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A file that exists in memory only."""

    data: bytes = field(repr=False)
    media_type: str
