"""Looks at this machine: what is installed, what is ready, how much room there is, and what to do about the rest."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from stylize.engines.diffusion.device import present_devices
from stylize.engines.diffusion.outlook import foresee
from stylize.engines.diffusion.room import free_ram
from stylize.engines.diffusion.runner import foresee_runner
from stylize.errors import StylizeError
from stylize.models import Capabilities, MemoryPlan
from stylize.toybox.lettering import can_shape
from stylize.weights import look_up

DISTRIBUTIONS = (
    "stylize",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pi-heif",
    "torch",
    "diffusers",
    "transformers",
    "accelerate",
    "peft",
    "safetensors",
    "gradio",
)
ENOUGH_BYTES = 1_500_000_000
"""Free memory below which even the figure engine may have to wait for the system to swap."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What was found. `versions`: "" for what is missing. `free_bytes` None: the system does not say.

    `namespaces`, `seccomp`: whether the kernel offers what a network lock is made of; None: cannot be told here.
    `memory`: how diffusion's model would use what is free now; None without one. `runner`: what would run it on a CPU, ""
    where there is a card. `advice`: whole sentences, the most useful first; empty when all is well.
    """

    system: str
    python: str
    versions: Mapping[str, str]
    engines: tuple[Capabilities, ...]
    devices: tuple[str, ...]
    free_bytes: int | None
    memory: MemoryPlan | None
    runner: str
    shaping: bool
    namespaces: bool | None
    seccomp: bool | None
    advice: tuple[str, ...]


def examine(engines: tuple[Capabilities, ...], *, weights: Path | None = None, runner: str = "auto") -> Examination:
    """Look at everything. Loads torch, to ask it for devices, which takes seconds. `weights`, `runner`: what the settings
    say.
    """
    versions = {name: _version(name) for name in DISTRIBUTIONS}
    devices = present_devices() if versions["torch"] else ()
    free = free_ram()
    return Examination(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        versions=versions,
        engines=engines,
        devices=devices,
        free_bytes=free,
        memory=_memory(weights) if devices else None,
        runner=foresee_runner(runner) if devices == ("cpu",) else "",
        shaping=can_shape(),
        namespaces=_namespaces(),
        seccomp=_seccomp(),
        advice=tuple(_advice(versions, engines, devices, free)),
    )


def _memory(weights: Path | None) -> MemoryPlan | None:
    try:
        return foresee(look_up(weights))
    except StylizeError:
        return None


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _namespaces() -> bool | None:
    """Whether an ordinary user may make a network namespace of their own (Linux)."""
    if sys.platform != "linux":
        return None
    if not Path("/proc/self/ns/net").exists():
        return False
    switches = ("/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone")
    return all(_number(path) != 0 for path in switches)


def _seccomp() -> bool | None:
    if sys.platform != "linux":
        return None
    return Path("/proc/sys/kernel/seccomp/actions_avail").exists()


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _advice(
    versions: Mapping[str, str], engines: tuple[Capabilities, ...], devices: tuple[str, ...], free: int | None
) -> list[str]:
    missing = [name for name, number in versions.items() if not number]
    advice = [f"Install what is missing ({', '.join(missing)}): pip install --upgrade stylize."] if missing else []
    advice += [f"{c.name}: {c.why}" for c in engines if not c.ready]
    if free is not None and free < ENOUGH_BYTES:
        advice.append(f"Only {free / 1e9:.1f} GB of memory are free. Close some programs; 1.5 GB make it comfortable.")
    if devices == ("cpu",) and any(c.denoises and c.ready for c in engines):
        advice.append("No graphics card is in reach of torch, so diffusion takes minutes; figure and painting do not.")
    return advice
