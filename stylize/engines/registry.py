"""Which engines there are. A table of names; the code behind a name is imported when the engine is made.

Engines of others announce themselves by the entry-point group `stylize.engines`. They are imported only when the user
names one, and can never take the name of a built-in one.
"""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import cast

from stylize.engines.base import Engine
from stylize.errors import UnknownChoice
from stylize.models import Setting
from stylize.settings import Settings

GROUP = "stylize.engines"
BUILT_IN = MappingProxyType(
    {
        "diffusion": "stylize.engines.diffusion.engine:DiffusionEngine",
        "figure": "stylize.engines.figure.engine:FigureEngine",
        "painting": "stylize.engines.painting.engine:PaintingEngine",
    }
)
_SETTINGS = MappingProxyType(
    {"figure": "stylize.engines.figure.settings", "painting": "stylize.engines.painting.settings"}
)


def create(name: str, settings: Settings) -> Engine:
    """A new engine, not yet loaded. Raises UnknownChoice for a name that nobody offers."""
    if name == "diffusion":
        from stylize.engines.diffusion.engine import DiffusionEngine

        return DiffusionEngine(
            settings.weights,
            device=settings.device,
            dtype=settings.dtype,
            memory=settings.memory,
            runner=settings.runner,
        )
    if name in BUILT_IN:
        module, _, thing = BUILT_IN[name].partition(":")
        return cast("Engine", getattr(importlib.import_module(module), thing)())
    others = third_party()
    if name not in others:
        raise UnknownChoice(kind="engine", choices=", ".join((*BUILT_IN, *others)))
    return cast("Engine", others[name].load()())


def create_all(settings: Settings) -> dict[str, Engine]:
    """Every built-in engine by name, none loaded."""
    return {name: create(name, settings) for name in BUILT_IN}


def third_party() -> dict[str, EntryPoint]:
    """Engines that other packages announce, by name; importing none of them."""
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


def check_settings(engine: str, table: tuple[tuple[str, Setting], ...]) -> None:
    """Hold a style's table against what a built-in engine knows. Raises DeclarationError. Others check when they run."""
    if engine in _SETTINGS:
        importlib.import_module(_SETTINGS[engine]).read_settings(table)
