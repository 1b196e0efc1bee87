"""A bare machine with a selfie on it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings, no weights, wherever the tests run."""
    for name in [n for n in os.environ if n.startswith("STYLIZE_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def selfie(portraits: dict[str, bytes], tmp_path: Path) -> Path:
    """selfie.jpg in the current directory."""
    path = tmp_path / "selfie.jpg"
    path.write_bytes(portraits["biden"])
    return path
