"""How long it will still take. Pure: what was reported when, beside how the same thing went before.

As in a race against one's own last lap: whoever has come to a place knows what was left from there the last time, and
how much faster or slower than then this time is.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from stylize.progress import Progress, Stage

STAGES = tuple(Stage)
END = float(len(STAGES))
GENERATE = float(STAGES.index(Stage.GENERATE))

PATIENCE = 0.25
"""How much of the last lap a change of pace needs before it is believed: the first marks are small and come by chance."""
STEADY = 0.7
"""So much of the way to the next mark is gone steadily; then slower and slower, in case it is late."""
DOUBT = 0.5
"""Of every second beyond what was expected, so much is expected on top."""
TICKS = 8
"""How often an engine is thought to report before it was ever heard."""
REMEMBERED = 32

Mark = tuple[float, float]
"""A place, from 0 to END: the stage's number and the fraction of it; and the seconds since the beginning."""
BEFORE: Mark = (-1.0, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What decides how long a picture takes. `denoises`: its middle goes in even steps, of which nobody knows beforehand
    how long one takes; `num_inference_steps` how many, 0 if it is not known. `toys`: of the visitor's words, each painted
    for itself by a model, whoever makes the picture. `beside`: how many pictures are painted at once, and the first of them
    finished; 0: it was painted before, with others, and is finished now.
    """

    engine: str = ""
    width: int = 768
    height: int = 960
    boxed: bool = False
    denoises: bool = False
    num_inference_steps: int = 0
    toys: int = 0
    beside: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Lap:
    """One run from beginning to end. `marks` rise in place and never fall in seconds; `seconds` of the whole."""

    marks: tuple[Mark, ...]
    seconds: float


_FIRST = {
    "figure": {"inspect": (0.12, 0), "isolate": (0.55, 0), "generate": (0.15, 0.45), "export": (0.02, 0.1)},
    "painting": {"inspect": (0.08, 0), "isolate": (0.5, 0), "generate": (0.2, 1.5), "export": (0.02, 0.1)},
    "": {"inspect": (0.1, 0), "isolate": (0.5, 0), "load": (4, 0), "generate": (10, 60), "export": (0.02, 0.1)},
}
"""Engine → stage → seconds, and seconds for each megapixel, as benchmarks/README.md has them; "" is any other engine."""
TOY_MEGAPIXELS = 0.26
_COMPOSE = (0.05, 0.24)


def place(progress: Progress) -> float:
    """Where on the course a report was made."""
    return STAGES.index(progress.stage) + progress.fraction


def first_lap(course: Course) -> Lap:
    """The lap of somebody else's machine, for those who have none of their own."""
    table = {**_FIRST.get(course.engine, _FIRST[""]), **({"compose": _COMPOSE} if course.boxed else {})}
    toy = _FIRST[""]["generate"]
    megapixels = course.width * course.height / 1e6
    marks: list[Mark] = [(0.0, 0.0)]
    for number, stage in enumerate(STAGES):
        always, each = table.get(stage, (0.0, 0.0))
        if stage is Stage.GENERATE:
            always, each = course.beside * always, course.beside * each
            always += course.toys * (toy[0] + toy[1] * TOY_MEGAPIXELS)
        parts = TICKS if stage is Stage.GENERATE else 1
        for part in range(1, parts + 1):
            marks.append((number + part / parts, marks[-1][1] + (always + each * megapixels) / parts))
    return Lap(marks=tuple(marks), seconds=marks[-1][1])


def at(lap: Lap, where: float) -> float:
    """After how many seconds `lap` came to that place; between two marks it went evenly."""
    number = bisect_left(lap.marks, (where, -1.0))
    if number == len(lap.marks):
        return lap.marks[-1][1] if lap.marks else 0.0
    to, then = lap.marks[number]
    since, began = lap.marks[number - 1] if number else (0.0, 0.0)
    return then if to <= since else began + (then - began) * (where - since) / (to - since)


def left(lap: Lap, marks: Sequence[Mark], seconds: float, *, even: bool = False) -> float:
    """The seconds that are left, never below 0, `seconds` after the beginning.

    `marks`: what was reported until now. `even`: the stage GENERATE goes in even steps, and `lap` says nothing of them.
    """
    here, came = marks[-1] if marks else BEFORE
    since = max(0.0, seconds - came)
    if even and GENERATE < here < GENERATE + 1:
        done = here - GENERATE
        spent = came - next(when for where, when in marks if where >= GENERATE)
        rest = spent * (1 - done) / done + lap.seconds - at(lap, GENERATE + 1)
        step = spent / sum(GENERATE < where <= here for where, _ in marks)
        return _run_down(rest, rest - step, since, step)
    passed, ahead = _between(lap, marks)
    pace = _pace(lap, passed, came)
    late = _pace(lap, ahead, seconds)  # it is at least as slow as that: the next mark is not there yet
    return _run_down(
        (lap.seconds - passed) * pace, (lap.seconds - ahead) * max(pace, late), since, (ahead - passed) * pace
    )


def share(lap: Lap, marks: Sequence[Mark], seconds: float) -> float:
    """How much of the whole is done, 0 to 1, for a bar: the part of `lap` that lies behind, and a part of the way to the
    next mark, which is never reached before it is there.
    """
    came = marks[-1][1] if marks else 0.0
    passed, ahead = _between(lap, marks)
    gap = (ahead - passed) * _pace(lap, passed, came)
    way = max(0.0, seconds - came) / gap if gap > 0 else 0.0
    if way > STEADY:
        way = 1 - (1 - STEADY) * math.exp((STEADY - way) / (1 - STEADY))
    return min(1.0, (passed + (ahead - passed) * way) / lap.seconds) if lap.seconds else 0.0


def _between(lap: Lap, marks: Sequence[Mark]) -> tuple[float, float]:
    """After how many seconds `lap` was here, and at its next mark."""
    here = marks[-1][0] if marks else BEFORE[0]
    passed = at(lap, here) if marks else 0.0
    return passed, next((when for where, when in lap.marks if where > here and when > passed), lap.seconds)


def _pace(lap: Lap, then: float, now: float) -> float:
    """Seconds now for each second of `lap`, which was there after `then` seconds; believed bit by bit."""
    patience = PATIENCE * lap.seconds
    return (now + patience) / (then + patience) if patience else 1.0


def _run_down(rest: float, after: float, since: float, gap: float) -> float:
    """`rest`, told `since` seconds ago, when the next mark was `gap` away, and `after` is what is left there: it is not
    less before that mark is reached, and the longer the mark is overdue, the more doubtful it becomes.
    """
    overdue = since - gap
    return max(0.0, rest - since) if overdue <= 0 else max(0.0, after) + DOUBT * overdue


class Times:
    """What this machine took, remembered while the program runs. Holds sizes and seconds, nothing of a person. Safe to
    use from several threads.
    """

    def __init__(self) -> None:
        self._laps: OrderedDict[Course, Lap] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, course: Course, marks: Sequence[Mark], seconds: float) -> None:
        """A run has come to its end."""
        with self._lock:
            self._laps[course] = Lap(marks=tuple(marks), seconds=seconds)
            self._laps.move_to_end(course)
            while len(self._laps) > REMEMBERED:
                self._laps.popitem(last=False)

    def knows(self, course: Course) -> bool:
        """Whether it was run here before."""
        with self._lock:
            return course in self._laps

    def expect(self, course: Course) -> Lap:
        """The last lap of the same course; else the table's, at the pace of what was run here last."""
        with self._lock:
            known = list(self._laps.items())
        for run, took in known:
            if run == course:
                return took
        lap = first_lap(course)
        laps = [(run, took) for run, took in known if bool(run.toys) == bool(course.toys)]
        like = [(run, took) for run, took in laps if run.engine == course.engine]
        if not like and not course.denoises:
            like = [(run, took) for run, took in laps if not run.denoises]
        if not like:
            return lap
        run, took = like[-1]
        pace = took.seconds / first_lap(run).seconds
        return Lap(marks=tuple((where, pace * when) for where, when in lap.marks), seconds=pace * lap.seconds)
