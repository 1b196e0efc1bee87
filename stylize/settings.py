"""What the user set for every run: defaults < settings file < environment < flags. Read once, then passed in.

The settings file is TOML, `settings.toml` in the user's configuration folder, or wherever STYLIZE_SETTINGS points. Each
field below is a key of it, and STYLIZE_<FIELD> in the environment. A key nobody knows is an error, never ignored.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from stylize.errors import DeclarationError

SETTINGS_FILE = "STYLIZE_SETTINGS"
DEVICES = ("cuda", "xpu", "mps", "cpu")
DTYPES = ("float16", "bfloat16", "float32")
RUNNERS = ("auto", "torch", "openvino")
MEMORY = ("full", "tiled", "offload", "group", "sequential", "half", "eight", "eight-offload")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The machine's side of a run; nothing of one picture.

    `weights`: a diffusers folder, one .safetensors file, or a folder of such; None: looked for in the usual places, see
    `stylize.weights.look_up`. `styles`: a folder of the user's own styles. `device`, `dtype` and `memory` are for the
    engine diffusion; None: what suits the machine. `runner`: what runs its UNet on a CPU; "auto": OpenVINO where that is
    installed and there is room for it. `idle_minutes`: a model that was not used for so long is let go of; 0:
    never.
    """

    weights: Path | None = None
    styles: Path | None = None
    device: str | None = None
    dtype: str | None = None
    memory: str | None = None
    runner: str = "auto"
    idle_minutes: float = 15.0


_CHOICES = {"device": DEVICES, "dtype": DTYPES, "memory": MEMORY, "runner": RUNNERS}
_NUMBERS = {"idle_minutes": (0.0, 1440.0)}
_PATHS = frozenset(f.name for f in fields(Settings) if f.name not in {*_CHOICES, *_NUMBERS})


def config_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where this system keeps a user's settings of Stylize. It need not exist."""
    if platform == "win32" and environment.get("APPDATA"):
        return Path(environment["APPDATA"]) / "stylize"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "stylize"
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "stylize"


def read_settings(
    *,
    file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    flags: Mapping[str, str | Path | None] | None = None,
) -> Settings:
    """Put defaults, file, environment and flags together; the later wins, None in `flags` says nothing.

    `file` None: STYLIZE_SETTINGS, else settings.toml in `config_folder()` if there is one. Raises DeclarationError for
    a file that cannot be read, an unknown key or variable, or a value out of its choices.
    """
    named = file or (Path(environment[SETTINGS_FILE]) if environment.get(SETTINGS_FILE) else None)
    path = named or config_folder(environment) / "settings.toml"
    settings = Settings()
    if named is not None or path.is_file():
        settings = _apply(settings, _read_toml(path), "settings.toml", path.parent)
    settings = _apply(settings, _from_environment(environment), "environment", Path.cwd())
    told = {name: str(value) for name, value in (flags or {}).items() if value is not None}
    return _apply(settings, told, "flags", Path.cwd())


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise DeclarationError(name="settings.toml", why="it cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise DeclarationError(name="settings.toml", why="it is not valid TOML") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    prefix = "STYLIZE_"
    ours = {n: v for n, v in environment.items() if n.startswith(prefix) and n != SETTINGS_FILE and v}
    return {name.removeprefix(prefix).lower(): value for name, value in ours.items()}


def _apply(settings: Settings, table: Mapping[str, object], name: str, folder: Path) -> Settings:
    known = sorted(f.name for f in fields(Settings))
    changes: dict[str, object] = {}
    for key, value in table.items():
        if key not in known:
            raise DeclarationError(name=name, why=f"it has the unknown key {key[:40]!r}; known: {', '.join(known)}")
        if key in _NUMBERS:
            changes[key] = _number(value, name, key)
            continue
        if not isinstance(value, str):
            raise DeclarationError(name=name, why=f"{key} must be text")
        if key in _PATHS:
            changes[key] = folder / Path(value).expanduser()
        elif value in _CHOICES[key]:
            changes[key] = value
        else:
            raise DeclarationError(name=name, why=f"{key} must be one of {', '.join(_CHOICES[key])}")
    return replace(settings, **changes)  # type: ignore[arg-type]


def _number(value: object, name: str, key: str) -> float:
    low, high = _NUMBERS[key]
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        raise DeclarationError(name=name, why=f"{key} must be a number from {low:g} to {high:g}")
    return number
