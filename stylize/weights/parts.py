"""What is installed for a model, by role: where an engine finds its base, its fast LoRA, its adapters.

    parts = parts_for("sd15")
    parts["base"]               # (Path, ...): a diffusers folder or a .safetensors file; the catalog's first
    parts.get("controlnet:depth", ())

Roles are those of `stylize.weights.catalog.ROLES`. A place is a folder in the layout of diffusers (config.json beside
its weights) or one .safetensors file. Only what is whole, by the sizes in the lock file, is named; `stylize weights
verify` reads it all again. What the user laid into the folder by hand is found by `store.look_up` and `list_loras`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from stylize.errors import WeightsError
from stylize.weights.catalog import ROLES, catalog
from stylize.weights.lock import LOCK, Installed, is_whole, paths_of, read_lock, where_of
from stylize.weights.store import VARIABLE, WeightSet, user_folder
from stylize.weights.store import list_loras as loras_beside

Parts = Mapping[str, tuple[Path, ...]]


def weights_home(explicit: Path | None = None, *, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder that `pull` and `import` write to: the one given, else STYLIZE_WEIGHTS if it is a folder of models,
    else weights in the current directory if it has a lock file, else that in the user's data folder.
    """
    if explicit is not None:
        return explicit.absolute()
    named = Path(environment[VARIABLE]).expanduser() if environment.get(VARIABLE) else None
    if named is not None and named.is_dir() and not (named / "model_index.json").exists():
        return named.absolute()
    here = Path.cwd() / "weights"
    return here if (here / LOCK).is_file() else user_folder(environment)


def parts_for(family: str, home: Path | None = None) -> Parts:
    """Places by role, of what is installed for a family ("sd15", "sdxl", "flux2-klein", "qwen-image-edit").

    Within a role: what the catalog fetches by default, its other parts, then imported ones by name. Empty if there is
    no lock file, or one that cannot be read.
    """
    home = home or weights_home()
    by_role: dict[str, list[Path]] = {}
    for part in _in_order(home):
        if family in part.families and is_whole(part, home):
            for role in part.roles:
                by_role.setdefault(role, []).append(where_of(part, home))
    return MappingProxyType({role: tuple(by_role[role]) for role in ROLES if role in by_role})


def parts_beside(weights: WeightSet) -> Parts:
    """`parts_for` the family of a model: from the lock file beside it, else from that of the usual weights folder."""
    return parts_for(weights.family.value, _home_of(weights))


def list_loras(weights: WeightSet) -> dict[str, Path]:
    """LoRA files by name, for a model: those that lie beside it, but for those that the lock file knows to be for other
    models, and those that were pulled or imported for its family, wherever they lie.
    """
    home, family = _home_of(weights), weights.family.value
    known = [part for part in _in_order(home) if {"lora", "fast_lora"} & set(part.roles)]
    others = {where_of(part, home) for part in known if family not in part.families}
    found = {name: path for name, path in loras_beside(weights).items() if path.absolute() not in others}
    for part in known:
        if family in part.families and is_whole(part, home):
            path = next(iter(paths_of(part, home)))
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def _home_of(weights: WeightSet) -> Path:
    beside = weights.path.absolute().parent
    return beside if (beside / LOCK).is_file() else weights_home()


def _in_order(home: Path) -> list[Installed]:
    try:
        installed = read_lock(home).installed
    except WeightsError:
        return []
    order = [part.slug for tier in catalog().tiers.values() for part in (*tier.default, *tier.optional)]
    rank = {slug: number for number, slug in enumerate(dict.fromkeys(order))}
    return sorted(installed.values(), key=lambda part: (rank.get(part.slug, len(rank)), part.slug))
