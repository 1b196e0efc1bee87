"""How much memory is free: on the device, and in the machine, as far as this process may have it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Free bytes. `device` None: it has no memory of its own (cpu), or cannot be asked. `ram` None: nobody says."""

    device: int | None
    ram: int | None


def look_around(device: str) -> Room:
    """What is free now."""
    return Room(device=free_on(device), ram=free_ram())


def free_on(device: str) -> int | None:
    """On the device, with what torch holds there and does not use; None where it cannot be asked."""
    import torch

    if device in ("cuda", "xpu"):
        card = getattr(torch, device)
        try:
            free = int(card.mem_get_info()[0])
        except RuntimeError:  # as the drivers of some Intel cards answer
            return None
        return free + int(card.memory_reserved() - card.memory_allocated())
    if device == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return None


def free_ram(proc: Path = Path("/proc"), cgroups: Path = CGROUPS) -> int | None:
    """What the system says is available, and no more than the control groups of this process leave (containers)."""
    known = [
        size for size in (_available(proc / "meminfo"), *_left(proc / "self" / "cgroup", cgroups)) if size is not None
    ]
    if known:
        return max(min(known), 0)
    import psutil

    return int(psutil.virtual_memory().available)


def _available(meminfo: Path) -> int | None:
    lines = _text(meminfo).splitlines()
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)


def _left(membership: Path, cgroups: Path) -> list[int | None]:
    """Of the group of this process and of all above it: limit less use, file caches not counted."""
    places: list[tuple[Path, str, str]] = []
    for line in _text(membership).splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            places += [(one, "memory.max", "memory.current") for one in _upwards(cgroups, path)]
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
            places += [(one, *names) for one in _upwards(cgroups / "memory", path)]
    return [_less(place, limit, used) for place, limit, used in places]


def _upwards(root: Path, path: str) -> list[Path]:
    """A container sees its own group as the root, whatever path it is told."""
    parts = [part for part in path.split("/") if part not in ("", "..")]
    return [root.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1)]


def _less(place: Path, limit: str, used: str) -> int | None:
    most, now = _text(place / limit).strip(), _text(place / used).strip()
    if not most.isdigit() or not now.isdigit():
        return None
    caches = (line.split() for line in _text(place / "memory.stat").splitlines())
    cached = sum(int(size) for name, size in caches if name in ("inactive_file", "active_file"))
    return int(most) - max(int(now) - cached, 0)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
