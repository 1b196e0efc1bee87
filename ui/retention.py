"""What is kept, for how long, and how all of it goes: by the clock, by "wipe now", and at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from stylize.privacy.memory import give_back
from ui.shelf import KEEP_SECONDS, Shelf
from ui.trouble import unexpected

TICK_SECONDS = 1.0
CHOICES_MINUTES = (1, 5, 15, 60)


class Retention:
    """One clock for several shelves. Between `start()` and `close()` a thread sweeps them once a second. `chores` are done
    along with that; each returns how many things it has wiped.
    """

    def __init__(
        self,
        shelves: Sequence[Shelf[Any]],
        keep_seconds: float = KEEP_SECONDS,
        *,
        chores: Sequence[Callable[[], int]] = (),
    ) -> None:
        self._shelves = tuple(shelves)
        self._chores = tuple(chores)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.keep_seconds = keep_seconds
        for shelf in self._shelves:
            shelf.keep_seconds = keep_seconds

    def keep_for(self, seconds: float) -> None:
        """From now on everything is kept so long after its last use; what is there now begins anew."""
        self.keep_seconds = seconds
        for shelf in self._shelves:
            shelf.keep_seconds = seconds
            for name in shelf.left():
                shelf.use(name, seconds)

    def left(self) -> dict[str, tuple[float, bool]]:
        """Id → seconds left, and whether it was taken home; of everything there is."""
        return {name: left for shelf in self._shelves for name, left in shelf.left().items()}

    def sweep(self) -> int:
        """Wipe what has no time left; returns how many things that were."""
        gone = sum(_do(chore) for chore in self._chores) + sum(shelf.sweep() for shelf in self._shelves)
        if gone:
            give_back()
        return gone

    def wipe(self) -> None:
        """Wipe everything now. What is being worked with is wiped as soon as the work has ended."""
        for shelf in self._shelves:
            shelf.clear()
        give_back()

    def start(self) -> None:
        """Begin to sweep, on a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="stylize-retention", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End sweeping, and wipe everything."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(2 * TICK_SECONDS)
        self.wipe()

    def _run(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            self.sweep()


def _do(chore: Callable[[], int]) -> int:
    """Whatever becomes of one chore, the clock goes on."""
    try:
        return chore()
    except Exception as surprise:
        unexpected(surprise)
        return 0
