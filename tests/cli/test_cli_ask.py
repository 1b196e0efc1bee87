"""Flags of likeness → the Request."""

from __future__ import annotations

import argparse

from stylize.cli.ask import add_request, build_request
from stylize.models import DenoiseOverride
from stylize.styles import load_styles


def asked(*flags: str) -> DenoiseOverride:
    parser = argparse.ArgumentParser()
    add_request(parser)
    return build_request(parser.parse_args(flags), load_styles(), "image/png").denoise


def test_likeness_and_what_wins_over_it() -> None:
    assert asked("--likeness", "0.7") == DenoiseOverride(likeness=0.7)
    flags = ("--likeness", "0", "--ip-adapter-scale", "0", "--controlnet-conditioning-scale", "1.2", "--no-face-pass")
    assert asked(*flags) == DenoiseOverride(
        likeness=0.0, ip_adapter_scale=0.0, controlnet_conditioning_scale=1.2, face_pass=False
    )
    assert asked("--face-pass").face_pass is True
    assert asked() == DenoiseOverride()
