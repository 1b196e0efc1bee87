"""What the engine must not do beside painting."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from stylize.engines.diffusion.engine import DiffusionEngine

EngineOf = Callable[[str], DiffusionEngine]
FolderOf = Callable[[str], Path]


WATCHED = """
import os, sys
from pathlib import Path
import numpy as np
seen = []
def watch(event, args):
    if event.startswith(("socket.", "urllib.", "http.", "subprocess.", "os.system", "os.exec", "os.posix_spawn")):
        seen.append(event)
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if not str(args[0]).startswith(("/dev/", "/proc/", "/sys/")):
            seen.append("written")
from tests.diffusion import tiny
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.progress import CancelToken, nobody
from stylize.models import Lora
sys.dont_write_bytecode = True
import torch, diffusers, transformers, peft, accelerate
sys.addaudithook(watch)
subject = tiny.make_subject(np.full((90, 70, 3), 128, np.uint8))
folder, checkpoint = map(Path, sys.argv[1:])
engine = DiffusionEngine(folder, device="cpu")
prompt = "a portrait of " + "somebody very private " * 60
plan = tiny.make_plan(loras=(Lora(name="bright"),), prompt=prompt, negative_prompt=prompt)
engine.generate(subject, plan, tell=nobody, cancel=CancelToken())
engine.close()
from stylize.engines.diffusion import load
load.config_folder = lambda family: checkpoint.with_suffix(".config")
engine = DiffusionEngine(checkpoint, device="cpu")
engine.generate(subject, tiny.make_plan(), tell=nobody, cancel=CancelToken())
sys.exit(", ".join(seen) or 0)
"""


def test_no_connection_no_child_no_file_and_no_word_of_the_prompt(
    tiny_folder: FolderOf, tiny_checkpoint: FolderOf, tmp_path: Path
) -> None:
    """An audit hook watches loading (folder, file, LoRA) and painting in a fresh process with an empty home. The prompt
    is too long, which diffusers by itself would print.
    """
    arguments = [str(tiny_folder("sd15")), str(tiny_checkpoint("sdxl"))]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={"HOME": str(tmp_path), "PATH": "", "OMP_NUM_THREADS": "1", "PYTHONPATH": "."},
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
    assert "private" not in done.stdout + done.stderr
