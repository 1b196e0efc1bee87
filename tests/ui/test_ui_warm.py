"""A model that lies there is loaded behind a page that is up, after the wall."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.diffusion import tiny


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process has mapped is read from /proc")
def test_the_model_is_loaded_behind_the_page(start_page: Callable[..., Any], tmp_path: Path) -> None:
    tiny.write_folder(tmp_path / "model", "sd15")
    page = start_page("--weights", str(tmp_path))
    page.open()
    mapped = Path(f"/proc/{page.process.pid}/maps")
    until = time.monotonic() + 120
    while "unet/diffusion_pytorch_model.safetensors" not in mapped.read_text():
        assert time.monotonic() < until, "the weights were not loaded"
        time.sleep(0.1)
    assert page.ask("/toy/icon.svg").status == 200
