"""The scheduler table: a name becomes a diffusers scheduler with the model's own training settings."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from stylize.errors import DeclarationError, UnknownChoice

SETTINGS: Mapping[str, type] = {
    "algorithm_type": str,
    "use_karras_sigmas": bool,
    "skip_prk_steps": bool,
    "timestep_spacing": str,
}
"""What the table may override."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulerChoice:
    """A row of schedulers.toml."""

    name: str
    class_name: str
    overrides: tuple[tuple[str, str | bool], ...]


def parse_table(text: str) -> dict[str, SchedulerChoice]:
    """Rows by name. Raises DeclarationError on an unknown key or a value of the wrong type."""
    table: dict[str, SchedulerChoice] = {}
    for name, row in tomllib.loads(text).items():
        class_name = row.pop("class", None) if isinstance(row, dict) else None
        if not isinstance(class_name, str) or not class_name.endswith("Scheduler"):
            raise DeclarationError(name=f"schedulers.toml [{name}]", why="class must name a scheduler of diffusers")
        for key, value in row.items():
            if key not in SETTINGS:
                raise DeclarationError(name=f"schedulers.toml [{name}]", why=f"there is no setting {key}")
            if type(value) is not SETTINGS[key]:
                raise DeclarationError(name=f"schedulers.toml [{name}]", why=f"{key} has a value of the wrong type")
        table[name] = SchedulerChoice(name=name, class_name=class_name, overrides=tuple(row.items()))
    return table


@functools.cache
def scheduler_table() -> Mapping[str, SchedulerChoice]:
    return parse_table(resources.files(__package__).joinpath("schedulers.toml").read_text(encoding="utf-8"))


def scheduler_names() -> tuple[str, ...]:
    return tuple(scheduler_table())


def find_scheduler(name: str) -> SchedulerChoice:
    """Raises UnknownChoice."""
    try:
        return scheduler_table()[name]
    except KeyError:
        raise UnknownChoice(kind="scheduler", choices=", ".join(scheduler_names())) from None


def build_scheduler(name: str, model_config: Any) -> Any:
    """A fresh scheduler; `model_config` is the one that came with the weights."""
    choice = find_scheduler(name)
    import diffusers

    return getattr(diffusers, choice.class_name).from_config(model_config, **dict(choice.overrides))


def overwrite_steps(scheduler: Any) -> None:
    """Overwrite what a scheduler of several steps keeps of the last ones: the picture itself, as latents. Its tables of
    noise, which have one dimension, stay.
    """
    for value in vars(scheduler).values():
        for tensor in value if isinstance(value, list) else (value,):
            if getattr(tensor, "ndim", 0) > 1:
                tensor.zero_()
