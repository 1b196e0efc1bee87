"""How each engine is made for the contract tests. A new engine is one entry in `CASES`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylize.engines import registry
from stylize.engines.base import Engine
from stylize.geometry import Size
from stylize.models import Picture, Plan, Subject
from stylize.progress import CancelToken, nobody
from stylize.settings import Settings


@dataclass(frozen=True)
class Case:
    """How an engine is made for these tests, and a plan for it. `sizes`: what it is asked for; the first is cheap."""

    make: Callable[[Path], Engine]
    plan: Callable[[Subject, int, Size], Plan]
    sizes: tuple[Size, ...]
    reads_settings: bool = True


def _plain_plan(engine: str) -> Callable[[Subject, int, Size], Plan]:
    def plan(subject: Subject, seed: int, size: Size) -> Plan:
        return Plan(
            engine=engine,
            style="action-figure",
            seed=seed,
            size=size,
            look=subject.person.look,
            settings=(),
            denoise=None,
            weights_digest="",
        )

    return plan


def _tiny_diffusion(folder: Path) -> Engine:
    from stylize.engines.diffusion.engine import DiffusionEngine
    from tests.diffusion import tiny

    if not (folder / "model").exists():
        tiny.write_folder(folder / "model", "sd15")
    return DiffusionEngine(folder / "model", device="cpu")


def _diffusion_plan(subject: Subject, seed: int, size: Size) -> Plan:
    from tests.diffusion import tiny

    plan = tiny.make_plan(seed=seed, size=size)
    return dataclasses.replace(plan, look=subject.person.look)


_SIZES = tuple(Size(width=w, height=h) for w, h in ((512, 640), (512, 1024), (1024, 512), (515, 701)))
_SMALL = tuple(Size(width=w, height=h) for w, h in ((64, 80), (128, 64), (75, 107)))
CASES: dict[str, Case] = {
    "figure": Case(lambda _: registry.create("figure", Settings()), _plain_plan("figure"), _SIZES),
    "painting": Case(lambda _: registry.create("painting", Settings()), _plain_plan("painting"), _SIZES),
    "diffusion": Case(_tiny_diffusion, _diffusion_plan, _SMALL, reads_settings=False),
}


def generate(engine: Engine, subject: Subject, plan: Plan, **more: Any) -> Picture:
    return engine.generate(subject, plan, **{"tell": nobody, "cancel": CancelToken()} | more)
