"""Where people already have weights: a folder looked through, and the usual places of other programs.

A1111 and Forge keep them in models/Stable-diffusion, Lora, VAE, ControlNet; ComfyUI and Fooocus in models/checkpoints,
loras, vae, controlnet, ipadapter, clip_vision; InvokeAI in models/; the hub's cache in models--MAKER--NAME/snapshots.
What a file is, is read from the file, so that only the places need to be known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from stylize.weights.folder import INDEX
from stylize.weights.kinds import WEIGHTS, Found, usable

DEEPEST = 5
MOST_ENTRIES = 20_000
PROGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ComfyUI", ("ComfyUI/models", "Documents/ComfyUI/models", "ComfyUI_windows_portable/ComfyUI/models")),
    ("Automatic1111", ("stable-diffusion-webui/models",)),
    ("Forge", ("stable-diffusion-webui-forge/models", "webui_forge/webui/models", "sd-webui-forge-neo/models")),
    ("Fooocus", ("Fooocus/models",)),
    ("InvokeAI", ("invokeai/models", "InvokeAI/models")),
    ("Hugging Face cache", (".cache/huggingface/hub",)),
)
"""Relative to the home folder, and to the roots of drives on Windows."""


def look_through(folder: Path) -> Iterator[Found]:
    """Everything usable below a folder, by name, each thing once. Hidden folders are not entered, links are followed."""
    left = MOST_ENTRIES

    def walk(place: Path, depth: int) -> Iterator[Found]:
        nonlocal left
        try:
            entries = sorted(place.iterdir())
        except OSError:
            return
        left -= len(entries)
        if left < 0:
            return
        names = {entry.name for entry in entries}
        model = INDEX in names
        part = "config.json" in names and any(name.endswith(WEIGHTS) for name in names)
        found = usable(place) if model or part else None
        if found is not None:
            yield found
        if model or found is not None:
            return
        for entry in entries:
            if entry.suffix.lower() == WEIGHTS and entry.is_file():
                if (one := usable(entry)) is not None:
                    yield one
            elif depth < DEEPEST and not entry.name.startswith(".") and entry.name != "blobs" and entry.is_dir():
                yield from walk(entry, depth + 1)

    yield from walk(folder, 0)


def usual_places(
    environment: Mapping[str, str] = os.environ, *, home: Path | None = None
) -> Iterator[tuple[str, Path]]:
    """(program, its models folder), of those that are there. Nowhere else is looked."""
    home = home or Path.home()
    roots = [home, home / "AI", home / "ai"]
    if sys.platform == "win32":
        roots += [Path(f"{letter}:/") for letter in "CDEF"]
    named = [("Hugging Face cache", environment.get(name)) for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")]
    named += [("Hugging Face cache", f"{hf}/hub" if (hf := environment.get("HF_HOME")) else None)]
    named += [("InvokeAI", f"{root}/models" if (root := environment.get("INVOKEAI_ROOT")) else None)]
    candidates = [(program, Path(place)) for program, place in named if place]
    candidates += [(name, root / place) for name, places in PROGRAMS for root in roots for place in places]
    seen: set[Path] = set()
    for program, place in candidates:
        if place.is_dir() and (real := place.resolve()) not in seen:
            seen.add(real)
            yield program, place


def is_removable(place: Path) -> bool:
    """Whether it lies on something that is taken out again, a USB stick for example, as far as its path tells."""
    parts = place.resolve().parts
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.GetDriveTypeW(place.resolve().anchor) == 2)
    return parts[:2] in (("/", "media"), ("/", "Volumes")) or parts[:3] == ("/", "run", "media")
