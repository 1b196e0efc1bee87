"""Stable Diffusion loads and paints behind the wall, and paints the same; on a graphics card too, where there is one."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.diffusion.device import present_devices
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import WallMissing
from stylize.privacy import kernel
from stylize.progress import CancelToken, nobody
from tests.diffusion import tiny

WALLED = """
import hashlib, json, socket, sys
from stylize.privacy import lock_down, wall
lock_down()
device, *places = sys.argv[1:]
foundations = wall.foundations()
from pathlib import Path
import numpy as np
from tests.diffusion import tiny
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.models import Lora
from stylize.progress import CancelToken, nobody
tiny.use_one_thread()
engines = [DiffusionEngine(Path(place), device=device) for place in places]
for engine in engines:
    engine.wake()
standing = wall.raise_wall(foundations)
pictures = []
subject = tiny.make_subject(np.full((90, 70, 3), 128, np.uint8))
for engine in engines:
    picture = engine.generate(subject, tiny.make_plan(seed=3), tell=nobody, cancel=CancelToken())
    pictures.append(hashlib.sha256(picture.pixels.tobytes()).hexdigest())
    engine.close()
try:
    socket.socket()
    refused = False
except PermissionError:
    refused = True
print(json.dumps({"level": standing.level, "refused": refused, "pictures": pictures}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("device", ["cpu", "cuda", "xpu"])
def test_it_loads_and_paints_behind_the_wall(tiny_folder: Callable[[str], Path], device: str) -> None:
    """Folders of SD 1.5 and SDXL, loaded after the lock, in a process of their own."""
    if device not in present_devices():
        pytest.skip(f"there is no {device} device here")
    if kernel.machine() is None:
        pytest.skip(WallMissing(why="the wall is for Linux").sentence)
    folders = [tiny_folder("sd15"), tiny_folder("sdxl")]
    done = subprocess.run(
        [sys.executable, "-c", WALLED, device, *map(str, folders)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["level"] == "kernel"
    assert told["refused"]
    subject = tiny.make_subject(np.full((90, 70, 3), 128, np.uint8))
    for folder, walled in zip(folders, told["pictures"], strict=True):
        engine = DiffusionEngine(folder, device=device)
        picture = engine.generate(subject, tiny.make_plan(seed=3), tell=nobody, cancel=CancelToken())
        engine.close()
        if device == "cpu":
            assert hashlib.sha256(picture.pixels.tobytes()).hexdigest() == walled
