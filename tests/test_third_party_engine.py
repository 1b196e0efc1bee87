"""An engine of another package: announced by an entry point, imported only when it is named, then like any other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = """
import numpy as np
from stylize.engines.base import Capabilities
from stylize.models import Picture
from stylize.geometry import Size

print("chalk was imported")

class Chalk:
    name = "chalk"

    def capabilities(self):
        return Capabilities(name="chalk", ready=True, why="", uses_weights=False, denoises=False, size_multiple=16,
                            min_size=Size(width=64, height=64), max_size=Size(width=512, height=512))

    def load(self): ...
    def close(self): ...

    def generate(self, subject, plan, *, tell, cancel, init_picture=None):
        pixels = np.full((plan.size.height, plan.size.width, 3), dict(plan.settings)["grey"], np.uint8)
        return Picture(pixels=pixels, cutout=None, plan_digest=plan.digest(), timings=())
"""
STYLE = """
slug = "board"
boxed = false
title = { en = "Board", de = "Tafel" }
description = { en = "Chalk on a board.", de = "Kreide auf einer Tafel." }
tagline = { en = "Chalk", de = "Kreide" }
[engines.chalk]
grey = 77
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package chalk, installed in a folder of its own, and a style for it."""
    site = tmp_path / "site"
    info = site / "chalk-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: chalk\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[stylize.engines]\nchalk = chalk:Chalk\nfigure = chalk:Chalk\n")
    (site / "chalk.py").write_text(ENGINE)
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "board.toml").write_text(STYLE)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stylize(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stylize", *words, "--styles", "styles"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_is_listed_but_not_imported(package: Path) -> None:
    done = stylize("engines")
    assert "from other packages: chalk" in done.stdout
    assert "chalk was imported" not in done.stdout


def test_named_it_makes_the_picture(package: Path, portraits: dict[str, bytes]) -> None:
    (package / "selfie.jpg").write_bytes(portraits["obama"])
    make = ("make", "selfie.jpg", "--style", "board", "--out", "a.png", "--size", "320x400", "--consent", "--json")
    assert stylize(*make, "--engine", "figure").returncode == 2, "it cannot take the name of a built-in one"
    done = stylize(*make, "--engine", "chalk")
    assert done.returncode == 0, done.stderr
    assert "chalk was imported" in done.stdout
    assert '"width": 320' in done.stdout
