"""A plan with little to say, and pictures made with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from stylize.engines.figure.engine import FigureEngine
from stylize.geometry import Size
from stylize.models import Look, Picture, Plan, Setting, Subject
from stylize.progress import CancelToken, nobody

SMALL = Size(width=256, height=320)


def plan_for(look: Look, *, size: Size = SMALL, seed: int = 1, **settings: Setting) -> Plan:
    return Plan(
        engine="figure",
        style="action-figure",
        seed=seed,
        size=size,
        look=look,
        settings=tuple(sorted(settings.items())),
        denoise=None,
        weights_digest="",
    )


Make = Callable[..., Picture]


@pytest.fixture(scope="session")
def make() -> Make:
    """`make(subject, size=…, seed=…, look={…}, likeness=…)`: a picture; `look` overrides what was measured."""
    engine = FigureEngine()

    def picture(
        subject: Subject, *, look: dict[str, Any] | None = None, size: Size = SMALL, seed: int = 1, **settings: Setting
    ) -> Picture:
        wanted = dataclasses.replace(subject.person.look, **(look or {}))
        plan = plan_for(wanted, size=size, seed=seed, **settings)
        return engine.generate(subject, plan, tell=nobody, cancel=CancelToken())

    return picture
