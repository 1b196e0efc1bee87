"""Pictures being made on a thread of their own, watched and stopped from others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from stylize.errors import Cancelled, StylizeError
from stylize.models import Pixels
from stylize.progress import CancelToken, Progress, Tell, overall_fraction
from ui.trouble import unexpected

Outcome = TypeVar("Outcome")

_ONE_AT_A_TIME = threading.Lock()


class Job(Generic[Outcome]):
    """Runs `work` for each of `rounds`, after any other job has ended: the first argument is which, from 0. `outcomes`, one
    a round, or `error` are there when `done`.

    `latest` is the last progress told, None while it waits for its turn; `round` the one that it is about; `frame` the
    last preview picture.
    """

    def __init__(self, work: Callable[[int, Tell, CancelToken], Outcome], rounds: int = 1) -> None:
        self._work = work
        self.rounds = rounds
        self.round = 0
        self._cancel = CancelToken()
        self._news = threading.Condition()
        self.done = False
        self.latest: Progress | None = None
        self.frame: Pixels | None = None
        self.outcomes: tuple[Outcome, ...] = ()
        self.error: StylizeError | None = None
        threading.Thread(target=self._run, name="stylize-job", daemon=True).start()

    def cancel(self) -> None:
        """Ask it to stop; it ends within one step with `Cancelled`."""
        self._cancel.cancel()

    def wait(self, seconds: float) -> None:
        """Return when there is news, or after `seconds`."""
        with self._news:
            if not self.done:
                self._news.wait(seconds)

    @property
    def fraction(self) -> float:
        """How much of the whole is done, 0 to 1."""
        return 0.0 if self.latest is None else (self.round + overall_fraction(self.latest)) / self.rounds

    def _tell(self, progress: Progress) -> None:
        self._cancel.check()
        with self._news:
            self.latest = progress
            self.frame = self.frame if progress.preview is None else progress.preview
            self._news.notify_all()

    def _play(self, number: int) -> Outcome:
        with self._news:
            self.round = number
        return self._work(number, self._tell, self._cancel)

    def _run(self) -> None:
        try:
            while not _ONE_AT_A_TIME.acquire(timeout=0.1):
                self._cancel.check()
            try:
                self._cancel.check()
                self.outcomes = tuple(self._play(number) for number in range(self.rounds))
            finally:
                _ONE_AT_A_TIME.release()
        except Cancelled as stopped:
            self.error = stopped
        except StylizeError as problem:
            self.error = problem
        except Exception as surprise:  # the page must answer whatever happens
            self.error = unexpected(surprise)
        finally:
            with self._news:
                self.done = True
                self._news.notify_all()
