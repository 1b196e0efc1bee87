"""What an engine is. `tests/contracts/test_engines.py` holds every engine to this file."""

from __future__ import annotations

from typing import Protocol

from stylize.models import Capabilities, Picture, Plan, Subject
from stylize.progress import CancelToken, Tell

__all__ = ["Capabilities", "Engine"]


class Engine(Protocol):
    """Makes a picture of a subject by a plan. One at a time, on one thread; not shared between threads.

    Contract: the picture has exactly `plan.size`; equal subject and plan give equal pixels; `tell` hears
    `Stage.GENERATE` from 0 to 1, never backwards; after `cancel` it raises `Cancelled` within one step; every failure
    is a `StylizeError`; it opens no connection and no file outside the package and the weights; after `close()` it
    holds no pixels and no models and may be loaded again.
    """

    name: str

    def capabilities(self) -> Capabilities: ...

    def load(self) -> None: ...

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture: ...

    def close(self) -> None: ...
