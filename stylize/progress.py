"""How work reports itself and how it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
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
    """One report. `fraction` is that of the stage, 0 to 1; `preview` an (h, w, 3) uint8 sRGB sketch or None."""

    stage: Stage
    fraction: float
    preview: npt.NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.fraction <= 1.0:
            raise OutOfRange(field="fraction", low=0, high=1)


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
