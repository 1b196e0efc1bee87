"""The shelf in memory: photos and results by a random id, each for a while. Nothing on it ever lies in a file.

A thing is taken off when its time has run out, when somebody says so, or when the shelf is full; its memory is
overwritten then. Its time begins anew with every use: when it is laid down, and whenever `use` is called.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from stylize.privacy.memory import wipe
from ui.trouble import unexpected

KEEP_SECONDS = 15 * 60.0
GRACE_SECONDS = 60.0
"""What is left to a result that was taken home: enough to take it in another format too."""


def seconds_awake_or_asleep() -> float:
    """A clock that only goes forward, and goes on while the computer sleeps, where the system has one."""
    if hasattr(time, "CLOCK_BOOTTIME"):  # Linux; elsewhere a nap does not count
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Wipeable(Protocol):
    """Something that can overwrite its memory."""

    def wipe(self) -> None: ...


Thing = TypeVar("Thing", bound=Wipeable)


@dataclass(kw_only=True, slots=True)
class _Place(Generic[Thing]):
    thing: Thing
    keep_seconds: float
    until: float
    holders: int = 0
    doomed: bool = False
    taken: bool = False


class Shelf(Generic[Thing]):
    """Holds at most `places` things; the oldest falls off. Safe to use from several threads.

    `after_wipe` may be set: it is called whenever a thing was wiped, so that others let go of what they know of it.
    """

    def __init__(
        self, places: int, *, keep_seconds: float = KEEP_SECONDS, now: Callable[[], float] = seconds_awake_or_asleep
    ) -> None:
        self.keep_seconds = keep_seconds
        self.after_wipe: Callable[[], None] = _nothing
        self._places_there_are = places
        self._places: OrderedDict[str, _Place[Thing]] = OrderedDict()
        self._lock = threading.Lock()
        self._now = now

    def put(self, thing: Thing) -> str:
        """Lay it down; returns the id under which it is found again: random, saying nothing of the thing."""
        name = secrets.token_hex(16)
        until = self._now() + self.keep_seconds
        with self._lock:
            self._places[name] = _Place(thing=thing, keep_seconds=self.keep_seconds, until=until)
            overdue = list(self._places)[: max(0, len(self._places) - self._places_there_are)]
        for old in overdue:
            self.drop(old)
        return name

    def get(self, name: str | None) -> Thing | None:
        """The thing, if it is still there. To look at it is no use of it."""
        with self._lock:
            place = self._places.get(name or "")
            return place.thing if place is not None and (place.holders or place.until > self._now()) else None

    @contextlib.contextmanager
    def hold(self, name: str | None) -> Iterator[Thing | None]:
        """The thing, for as long as somebody works with it: it is not wiped meanwhile, and its time begins anew after.

        If it is dropped meanwhile it cannot be found any more, and is wiped when the work ends.
        """
        with self._lock:
            place = self._places.get(name or "")
            if place is not None:
                place.holders += 1
        try:
            yield None if place is None else place.thing
        finally:
            if place is not None:
                with self._lock:
                    place.holders -= 1
                    place.until = max(place.until, self._now() + place.keep_seconds)
                    last = place.doomed and not place.holders
                if last:
                    self._wipe(place.thing)

    def use(self, name: str | None, keep_seconds: float | None = None) -> None:
        """Its time begins anew; from now on it is `keep_seconds` long, if that is said."""
        with self._lock:
            place = self._places.get(name or "")
            if place is not None:
                place.keep_seconds = place.keep_seconds if keep_seconds is None else keep_seconds
                place.until = self._now() + place.keep_seconds
                place.taken = False

    def take(self, name: str | None) -> None:
        """It was taken home: little time is left to it here."""
        with self._lock:
            place = self._places.get(name or "")
            if place is not None:
                place.until = min(place.until, self._now() + GRACE_SECONDS)
                place.taken = True

    def left(self) -> dict[str, tuple[float, bool]]:
        """Id → how many seconds are left to it, and whether it was taken home."""
        with self._lock:
            now = self._now()
            return {
                name: (max(0.0, place.keep_seconds if place.holders else place.until - now), place.taken)
                for name, place in self._places.items()
            }

    def drop(self, name: str | None) -> None:
        """Take it off and wipe it, if it is there."""
        with self._lock:
            place = self._places.pop(name or "", None)
            if place is not None:
                place.doomed = True
        if place is not None and not place.holders:
            self._wipe(place.thing)

    def sweep(self) -> int:
        """Take off whatever has no time left; returns how many there were."""
        with self._lock:
            now = self._now()
            over = [name for name, place in self._places.items() if not place.holders and place.until <= now]
        for name in over:
            self.drop(name)
        return len(over)

    def clear(self) -> None:
        """Take everything off."""
        with self._lock:
            names = list(self._places)
        for name in names:
            self.drop(name)

    def __len__(self) -> int:
        with self._lock:
            return len(self._places)

    def _wipe(self, thing: Thing) -> None:
        """Whatever one thing does, the others are wiped too."""
        for step in (thing.wipe, self.after_wipe):
            try:
                step()
            except Exception as surprise:
                unexpected(surprise)


def _nothing() -> None:
    """What is called after wiping, unless somebody wants to know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A file that exists in memory only. `data` can be overwritten, by `wipe`."""

    data: memoryview = field(repr=False)
    media_type: str

    def wipe(self) -> None:
        wipe(self.data)
