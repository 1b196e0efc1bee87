"""Plans and paintings for the tests of the painting engine; each picture is made once a session."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from stylize.engines.painting.engine import PaintingEngine
from stylize.geometry import Size
from stylize.models import Look, Picture, Plan, Subject
from stylize.progress import CancelToken, nobody

Paint = Callable[..., Picture]


def make_plan(look: Look, *, seed: int = 0, width: int = 256, height: int = 320, **settings: Any) -> Plan:
    return Plan(
        engine="painting",
        style="painted-anime",
        seed=seed,
        size=Size(width=width, height=height),
        look=look,
        settings=tuple(sorted(settings.items())),
        denoise=None,
        weights_digest="",
    )


@pytest.fixture(scope="session")
def engine() -> Iterator[PaintingEngine]:
    made = PaintingEngine()
    yield made
    made.close()


@pytest.fixture(scope="session")
def paint(engine: PaintingEngine) -> Paint:
    """`paint(subject, look={...}, mood="studio", seed=3)`: the subject painted, looks overridden, settings given."""

    def made(subject: Subject, look: dict[str, Any] | None = None, **more: Any) -> Picture:
        wanted = dataclasses.replace(subject.person.look, **(look or {}))
        return engine.generate(subject, make_plan(wanted, **more), tell=nobody, cancel=CancelToken())

    return made


@pytest.fixture(scope="session")
def painted(paint: Paint, subject_of: Callable[[str], Subject]) -> Callable[[str], Picture]:
    """`painted("obama")`: that portrait as it is painted in the studio."""
    return cache(lambda name: paint(subject_of(name), mood="studio"))
