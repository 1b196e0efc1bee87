"""Which quick way the weights on this machine know, as declared in modes.toml. Looks at names and small files only."""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from stylize.engines.diffusion.schedulers import scheduler_names
from stylize.errors import DeclarationError
from stylize.models import FastMode
from stylize.weights import Family, WeightSet, list_loras
from stylize.weights.catalog import catalog

NUMBERS: Mapping[str, type] = {"num_inference_steps": int, "least_steps": int, "guidance_scale": float}
TEXTS = ("family", "scheduler", "part", "says")
SAYINGS = ("guidance", "trailing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mode:
    """A table of modes.toml; see the comments there. `names`: file names of its LoRA without ending; none: `says`."""

    name: str
    family: Family
    says: str
    names: tuple[str, ...]
    scheduler: str
    num_inference_steps: int
    least_steps: int
    guidance_scale: float


def fast_mode(weights: WeightSet) -> FastMode | None:
    """The first mode that the model, or a LoRA beside it, allows."""
    loras = {name.lower(): name for name in list_loras(weights)}
    for mode in modes():
        if mode.family is not weights.family:
            continue
        lora = next((loras[name.lower()] for name in mode.names if name.lower() in loras), "")
        if lora or (mode.says and says(weights, mode.says)):
            return FastMode(
                name=mode.name,
                lora=lora,
                lora_scale=1.0,
                scheduler=mode.scheduler,
                num_inference_steps=mode.num_inference_steps,
                guidance_scale=mode.guidance_scale,
                least_strength=mode.least_steps / mode.num_inference_steps,
            )
    return None


def says(weights: WeightSet, what: str) -> bool:
    """Whether a diffusers folder says so of itself. One file says nothing of the kind."""
    if weights.single_file:
        return False
    if what == "guidance":
        return bool(_config(weights.path / "unet" / "config.json").get("time_cond_proj_dim"))
    scheduler = _config(weights.path / "scheduler" / "scheduler_config.json")
    return scheduler.get("timestep_spacing") == "trailing" and not scheduler.get("rescale_betas_zero_snr")


def _config(path: Path) -> Mapping[str, Any]:
    """{} for what cannot be read: loading will say what is wrong."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}


@functools.cache
def modes() -> tuple[Mode, ...]:
    return parse_modes(resources.files(__package__).joinpath("modes.toml").read_text(encoding="utf-8"))


def parse_modes(text: str) -> tuple[Mode, ...]:
    """In the order of the file. Raises DeclarationError on anything unknown, missing or of a wrong type."""
    return tuple(_mode(name, row) for name, row in tomllib.loads(text).items())


def _mode(name: str, row: Any) -> Mode:
    def off(why: str) -> DeclarationError:
        return DeclarationError(name=f"modes.toml [{name}]", why=why)

    if not isinstance(row, dict) or set(row) - {*NUMBERS, *TEXTS, "names"}:
        raise off("it has an unknown key")
    for key, kind in NUMBERS.items():
        if type(row.get(key)) is not kind:
            raise off(f"{key} is missing or of the wrong type")
    if any(type(row.get(key, "")) is not str for key in TEXTS):
        raise off("one of its texts is of the wrong type")
    names = row.get("names", [])
    if not isinstance(names, list) or any(type(one) is not str for one in names):
        raise off("names must be a list of texts")
    if row.get("family") not in set(Family) or row.get("scheduler") not in scheduler_names():
        raise off("there is no such family or scheduler")
    if row.get("says", SAYINGS[0]) not in SAYINGS or bool(row.get("says")) == bool(names or row.get("part")):
        raise off("it must have one of says, part and names")
    if "part" in row:
        names = [*names, *_published(row["part"], off)]
    if not 1 <= row["least_steps"] <= row["num_inference_steps"] or row["guidance_scale"] < 0:
        raise off("its numbers make no sense")
    return Mode(
        name=name,
        family=Family(row["family"]),
        says=row.get("says", ""),
        names=tuple(names),
        scheduler=row["scheduler"],
        **{key: row[key] for key in NUMBERS},
    )


def _published(slug: str, off: Any) -> list[str]:
    """The file names of a part of the catalog: ours, and its makers' where that tells anything."""
    part = catalog().parts.get(slug)
    if part is None or "fast_lora" not in part.roles:
        raise off("part must be a fast LoRA of the catalog")
    stems = [PurePosixPath(place).stem for place in (part.place, *(file.path for file in part.files))]
    return [stem for stem in dict.fromkeys(stems) if stem != "pytorch_lora_weights"]
