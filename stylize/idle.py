"""Something is done once nothing has happened for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Idle:
    """Calls `rest` on a thread of its own when `seconds` have passed since the last `touch`; 0: never."""

    def __init__(self, seconds: float, rest: Callable[[], None]) -> None:
        self._seconds, self._rest = seconds, rest
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def touch(self) -> None:
        """The time begins anew."""
        with self._lock:
            self._cancel()
            if self._seconds > 0:
                self._timer = threading.Timer(self._seconds, self._rest)
                self._timer.name, self._timer.daemon = "stylize-idle", True
                self._timer.start()

    def stop(self) -> None:
        """The time stands still until the next touch."""
        with self._lock:
            self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
