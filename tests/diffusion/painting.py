"""Short ways to ask an engine for pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from stylize.engines.base import Engine
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.models import Pixels, Plan, Subject
from stylize.progress import CancelToken, nobody


def paint(engine: Engine, subject: Subject, plan: Plan, **more: Any) -> Pixels:
    return engine.generate(subject, plan, tell=nobody, cancel=CancelToken(), **more).pixels


def pipeline_of(engine: DiffusionEngine) -> Any:
    engine.load()
    assert engine._loaded is not None
    return engine._loaded.pipeline


def in_rows(plans: Iterable[Plan], rows: int) -> list[Plan]:
    """`plans`, each to be painted as one of so many rows."""
    return [replace(plan, denoise=replace(plan.denoise, rows=rows)) for plan in plans if plan.denoise]
