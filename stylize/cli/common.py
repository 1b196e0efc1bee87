"""Flags that several verbs share: where the settings come from."""

from __future__ import annotations

import argparse
from pathlib import Path

from stylize.settings import DEVICES, DTYPES, MEMORY, RUNNERS, Settings, read_settings

_FLAGS = ("weights", "styles", "device", "dtype", "memory", "runner")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """--weights and its neighbours; each wins over environment and settings file."""
    group = parser.add_argument_group("this machine", "each wins over STYLIZE_... in the environment and settings.toml")
    group.add_argument("--settings", type=Path, metavar="FILE", help="another settings file")
    group.add_argument("--weights", metavar="PATH", help="Stable Diffusion: a diffusers folder or a .safetensors file")
    group.add_argument("--styles", metavar="FOLDER", help="a folder of your own styles")
    group.add_argument("--device", choices=DEVICES)
    group.add_argument("--dtype", choices=DTYPES)
    group.add_argument("--memory", choices=MEMORY, help="how much of the model lies on the device at once")
    group.add_argument("--runner", choices=RUNNERS, help="what runs the model on a CPU; auto: OpenVINO if installed")


def settings_of(args: argparse.Namespace) -> Settings:
    """Settings with the flags that were said."""
    return read_settings(file=args.settings, flags={name: getattr(args, name) for name in _FLAGS})
