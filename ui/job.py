"""Pictures being made on a thread of their own, in the order in which they were asked for, watched and stopped from others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar

from stylize.errors import Cancelled, StylizeError
from stylize.models import Pixels
from stylize.progress import CancelToken, Progress, Tell
from ui.estimate import GENERATE, Course, Mark, Times, left, place, share
from ui.line import Line
from ui.trouble import unexpected

Outcome = TypeVar("Outcome")

LINE: Line[Job[Any]] = Line()
"""The one before the workbench of this program."""
TIMES = Times()
FINISHING = 0.1
"""How much of a picture's part of the bar is left for its own round if it was painted with others."""
MOST_SHOWN = 0.99
"""The bar is full when the picture is there, and not before."""


class Job(Generic[Outcome]):
    """Runs `work` for each of `rounds`, after all jobs that came before have ended: the first argument is which, from 0.
    `outcomes`, one a round, or `error` are there when `done`; both, where a round ended in one of `spared`: the others are
    made all the same. Raises LineFull if too many wait already.

    `latest` is the last progress told, None while it waits for its turn; `round` the one that it is about, and `beside` how
    many rounds it works for at once: 0 if the most of it was done before. `frame` the last preview picture, of `frames` in
    all. `course`: what it is, for the estimate.
    """

    def __init__(
        self,
        work: Callable[[int, Tell, CancelToken], Outcome],
        rounds: int = 1,
        *,
        course: Course | None = None,
        spared: tuple[type[StylizeError], ...] = (),
        line: Line[Job[Any]] = LINE,
        times: Times = TIMES,
    ) -> None:
        self._work, self._spared = work, spared
        self._line, self._times = line, times
        self._cancel = CancelToken()
        self._news = threading.Condition()
        self._began: float | None = None
        self._lap_began = 0.0
        self._marks: list[Mark] = []
        self._shown = 0.0
        self._passed, self._painted = 0.0, 0
        self._collected = False
        self.course = course or Course()
        self.rounds = rounds
        self.round = 0
        self.beside = 1
        self.done = False
        self.latest: Progress | None = None
        self.frame: Pixels | None = None
        self.frames = 0
        self.outcomes: tuple[Outcome, ...] = ()
        self.error: StylizeError | None = None
        self.asked_at = time.perf_counter()
        line.join(self)
        threading.Thread(target=self._run, name="stylize-job", daemon=True).start()

    def cancel(self) -> None:
        """Ask it to stop; it ends within one step with `Cancelled`, at once if it waits for its turn."""
        self._cancel.cancel()
        self._line.call()
        with self._news:
            self._news.notify_all()

    def wait(self, seconds: float) -> None:
        """Return when there is news, or after `seconds`."""
        with self._news:
            if not self.done:
                self._news.wait(seconds)

    @property
    def over(self) -> bool:
        """Whether there is nothing to wait for: it is done, or was asked to stop and will, within one step."""
        return self.done or self._cancel.cancelled

    def wait_over(self, seconds: float) -> bool:
        """Return whether it is `over`, at the latest after `seconds`."""
        with self._news:
            return self._news.wait_for(lambda: self.over, seconds)

    def collect(self) -> tuple[Outcome, ...] | None:
        """Its outcomes, to the first who asks; they are not here any more then. None: somebody has asked before."""
        with self._news:
            if self._collected:
                return None
            self._collected = True
            outcomes, self.outcomes = self.outcomes, ()
            return outcomes

    @property
    def before(self) -> tuple[Job[Any], ...]:
        """The jobs that come first; none if it is its turn."""
        return self._line.before(self)

    def left(self) -> float | None:
        """The seconds that its own work will still take, without those before it; None if nobody can know yet."""
        course = self._course
        lap, known = self._times.expect(course), self._times.knows(course)
        finish = self._times.expect(replace(course, beside=0)) if course.beside != 1 else lap
        with self._news:
            if self._began is None or self.done:
                return None if not known and self.course.denoises else (not self.done) * self.rounds * lap.seconds
            even = self.course.denoises and not known
            now = time.perf_counter() - self._lap_began
            if even and not any(
                where > GENERATE for where, _ in self._marks
            ):  # before the first step there is no telling
                return None
            rest = left(lap, self._marks, now, even=even)
            painted = max(0, self._painted - 1 - self.round)
            more = self.rounds - 1 - self.round - painted
            each = now + rest if even else lap.seconds
            return rest + painted * finish.seconds + more * each / max(1, course.beside)

    @property
    def fraction(self) -> float:
        """How much of the whole is done, 0 to 1; it never falls."""
        return self.soon(0.0)

    def soon(self, seconds: float) -> float:
        """What `fraction` will be so much later if nothing is heard until then."""
        lap = self._times.expect(self._course)
        with self._news:
            if self._began is None or self.done:
                return float(self.done)
            now = time.perf_counter() - self._lap_began
            lately, then = (share(lap, self._marks, moment) for moment in (now, now + seconds))
            before, whole = self._passed, weight(self.beside)
            self._shown = max(self._shown, min(MOST_SHOWN, (before + whole * lately) / self.rounds))
            return max(self._shown, min(MOST_SHOWN, (before + whole * then) / self.rounds))

    @property
    def _course(self) -> Course:
        """That of this round."""
        return replace(self.course, beside=self.beside)

    def _tell(self, progress: Progress) -> None:
        self._cancel.check()
        with self._news:
            self.latest = progress
            if progress.pictures > self.beside > 0:
                self.beside, self._painted = progress.pictures, self.round + progress.pictures
            if progress.preview is not None:
                self.frame, self.frames = progress.preview, self.frames + 1
            if not self._marks or place(progress) > self._marks[-1][0]:
                self._marks.append((place(progress), time.perf_counter() - self._lap_began))
            self._news.notify_all()

    def _play(self, number: int) -> Outcome:
        with self._news:
            self.round = number
            self.beside = 0 if number < self._painted else 1
            self._marks = []
            self._lap_began = time.perf_counter()
            self._began = self._began or self._lap_began
        try:
            outcome = self._work(number, self._tell, self._cancel)
            self._times.note(self._course, self._marks, time.perf_counter() - self._lap_began)
            return outcome
        finally:
            with self._news:
                self._passed += weight(self.beside)

    def _run(self) -> None:
        try:
            self._line.wait(self, lambda: self._cancel.cancelled)
            self._cancel.check()
            for number in range(self.rounds):  # those that are done stay, if the rest is stopped
                try:
                    outcome = self._play(number)
                except self._spared as problem:
                    self.error = problem
                    continue
                with self._news:
                    self.outcomes = () if self._collected else (*self.outcomes, outcome)
        except Cancelled as stopped:
            self.error = stopped
        except StylizeError as problem:
            self.error = problem
        except Exception as surprise:  # the page must answer whatever happens
            self.error = unexpected(surprise)
        finally:
            self._line.leave(self)
            with self._news:
                self.done = True
                self._news.notify_all()


def weight(beside: int) -> float:
    """Of a round that paints so many pictures and finishes one, in pictures."""
    return FINISHING if beside == 0 else beside - FINISHING * (beside - 1)
