"""How work reports itself and how it is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from stylize.errors import Cancelled, OutOfRange


class Stage(StrEnum):
    """The stages of `stylize.pipeline.run`, in order."""

    READ = "read"
    INSPECT = "inspect"
    ISOLATE = "isolate"
    PLAN = "plan"
    LOAD = "load"
    GENERATE = "generate"
    COMPOSE = "compose"
    EXPORT = "export"


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """One report. `fraction` is that of the stage, 0 to 1; `preview` an (h, w, 3) uint8 sRGB sketch or None. `pictures`:
    how many it is about, if several are made at once.
    """

    stage: Stage
    fraction: float
    preview: npt.NDArray[np.uint8] | None = None
    pictures: int = 1

    def __post_init__(self) -> None:
        if not 0.0 <= self.fraction <= 1.0:
            raise OutOfRange(field="fraction", low=0, high=1)


_SHARE = {
    Stage.READ: 0.02,
    Stage.INSPECT: 0.06,
    Stage.ISOLATE: 0.08,
    Stage.PLAN: 0.02,
    Stage.LOAD: 0.08,
    Stage.GENERATE: 0.60,
    Stage.COMPOSE: 0.10,
    Stage.EXPORT: 0.04,
}
"""How much of a whole run each stage is, roughly; they sum to 1."""


def overall_fraction(progress: Progress) -> float:
    """How far the whole run has come, 0 to 1. A stage that is left out is jumped over; it never goes backwards."""
    stages = list(Stage)
    before = sum(_SHARE[stage] for stage in stages[: stages.index(progress.stage)])
    return min(1.0, before + _SHARE[progress.stage] * progress.fraction)


Tell = Callable[[Progress], None]
"""Who is told. Called on the working thread; must return quickly; may raise `Cancelled` to stop the work."""


def nobody(progress: Progress) -> None:
    """The listener who does not listen."""


class CancelToken:
    """Set by one thread, looked at by another. `check()` raises `Cancelled` once `cancel()` was called."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        if self._event.is_set():
            raise Cancelled


class StageWatch:
    """Times the stages of one run, tells that each begins and ends, and looks at `cancel` in between."""

    __slots__ = ("cancel", "durations", "tell")

    def __init__(self, tell: Tell, cancel: CancelToken) -> None:
        self.tell = tell
        self.cancel = cancel
        self.durations: dict[str, float] = {}

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Seconds of a stage that is entered twice add up. Raises `Cancelled` before it begins and after it ends."""
        self.cancel.check()
        self.tell(Progress(stage=stage, fraction=0.0))
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.durations[stage] = self.durations.get(stage, 0.0) + time.perf_counter() - begun
        self.tell(Progress(stage=stage, fraction=1.0))
        self.cancel.check()

    def part(self, stage: Stage, low: float, high: float) -> StageWatch:
        """One that tells `stage`, from 0 to 1, as that part of it, and adds to the same seconds."""

        def told(progress: Progress) -> None:
            fraction = low + (high - low) * progress.fraction if progress.stage is stage else progress.fraction
            self.tell(replace(progress, fraction=fraction))

        return self._beside(told)

    def about(self, pictures: int) -> StageWatch:
        """One that tells of so many pictures at once, and adds to the same seconds."""
        return self if pictures == 1 else self._beside(lambda progress: self.tell(replace(progress, pictures=pictures)))

    def _beside(self, tell: Tell) -> StageWatch:
        other = StageWatch(tell, self.cancel)
        other.durations = self.durations
        return other
