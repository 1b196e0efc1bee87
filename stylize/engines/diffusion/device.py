"""Which processor does the work, and with which numbers."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylize.errors import UnknownChoice

DEVICES = ("cuda", "xpu", "mps", "cpu")
"""In order of preference. ROCm answers to the name cuda in torch."""

DTYPES = ("float16", "bfloat16", "float32")

ITEM_BYTES = {"float16": 2, "bfloat16": 2, "float32": 4}


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where and how precisely the model runs: names of torch."""

    device: str
    dtype: str


def choose_placement(
    device: str | None = None,
    dtype: str | None = None,
    *,
    half_dtype: str = "float16",
    environment: Mapping[str, str] = os.environ,
) -> Placement:
    """The arguments, else STYLIZE_DEVICE and STYLIZE_DTYPE, else the best device that is there and its usual numbers,
    of which `half_dtype` is the family's own kind of half precision.

    Raises UnknownChoice for a device that is not there or a type that is not offered.
    """
    present = present_devices()
    device = device or environment.get("STYLIZE_DEVICE") or present[0]
    if device not in present:
        raise UnknownChoice(kind="device", choices=", ".join(present))
    dtype = dtype or environment.get("STYLIZE_DTYPE") or usual_dtype(device, half_dtype)
    if dtype not in DTYPES:
        raise UnknownChoice(kind="dtype", choices=", ".join(DTYPES))
    return Placement(device=device, dtype=dtype)


def present_devices() -> tuple[str, ...]:
    """The devices that torch can use here, best first; cpu is always among them."""
    import torch

    there = {
        "cuda": torch.cuda.is_available(),
        "xpu": torch.xpu.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    return tuple(name for name in DEVICES if there[name])


DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dri", "/dev/accel")
"""Where Linux shows that there is a graphics card; without any, torch need not be asked."""


def wake_device(device: str | None) -> None:
    """Open the driver of the graphics card that would be used, so that it need not be opened behind the wall.

    Does nothing where there is none, and where it refuses: the engine finds that out, and says it, when it loads.
    """
    if device == "cpu" or (sys.platform == "linux" and not any(Path(driver).exists() for driver in DRIVERS)):
        return
    import torch

    name = device or present_devices()[0]
    if name != "cpu":
        with contextlib.suppress(RuntimeError):
            torch.zeros(1, device=name)


def usual_dtype(device: str, half_dtype: str = "float16") -> str:
    """Half precision where it is fast; a CPU without matrix units for it is slower with it than without."""
    return "float32" if device == "cpu" else half_dtype


def torch_dtype(dtype: str) -> Any:
    import torch

    return getattr(torch, dtype)


def empty_cache(device: str) -> None:
    """Give unused blocks back to the device."""
    import gc

    import torch

    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()
    elif device == "xpu":
        torch.xpu.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
