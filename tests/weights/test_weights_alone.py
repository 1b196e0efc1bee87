"""Two processes at the same weights folder: the second is told, and nothing of what the first does is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stylize.errors import WeightsBusy
from stylize.weights.alone import alone_in
from stylize.weights.keep import remove, throw_away
from stylize.weights.lock import PARTIAL, read_lock
from tests.weights import shelves
from tests.weights.shelves import put, take

STYLIZE = (sys.executable, "-m", "stylize", "weights")
HOLD = """
import sys, pathlib
from stylize.weights.alone import alone_in
with alone_in(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
SLOWLY = """
import sys, pathlib
from stylize.weights.bring import bring
from stylize.weights.kinds import recognise

def hear(done, total):
    print("at it", flush=True)
    sys.stdin.readline()

bring(recognise(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]), copy=True, hear=hear)
print("done", flush=True)
"""


def begin(program: str, *places: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (sys.executable, "-c", program, *map(str, places)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_whoever_comes_second_changes_nothing(tmp_path: Path) -> None:
    """The command line says so, with an exit code, and goes on when the first is gone, however it went."""
    home, model = tmp_path / "home", put(tmp_path / "dreamy.safetensors", shelves.checkpoint())
    part = take(put(tmp_path / "own.safetensors", shelves.lora()), home)
    other = begin(HOLD, home)
    try:
        assert heard(other) == "held"
        before = read_lock(home)
        for command in (("import", str(model)), ("import", str(model), "--copy"), ("remove", part.slug, "--yes")):
            done = subprocess.run(
                (*STYLIZE, *command, "--folder", str(home)), capture_output=True, text=True, check=False, timeout=60
            )
            assert done.returncode == WeightsBusy.exit_code
            assert "same folder" in done.stderr
        with pytest.raises(WeightsBusy):
            throw_away("anything", home)
        assert read_lock(home) == before
    finally:
        other.kill()
        other.communicate()
    assert take(model, home).slug == "my-dreamy"
    remove(part, home)
    assert sorted(read_lock(home).installed) == ["my-dreamy"]


def test_a_long_import_is_not_overtaken(tmp_path: Path) -> None:
    """While one process copies, another one's entry would be lost, or its own: it has to wait."""
    home = tmp_path / "home"
    one = put(tmp_path / "one.safetensors", shelves.lora())
    two = put(tmp_path / "two.safetensors", shelves.lora(2048))
    other = begin(SLOWLY, one, home)
    try:
        assert heard(other) == "at it"
        with pytest.raises(WeightsBusy):
            take(two, home)
        assert other.stdin is not None
        told, _ = other.communicate("\n" * 100, timeout=60)
        assert told.endswith("done\n")
    finally:
        other.kill()
        other.wait()
    take(two, home)
    assert sorted(read_lock(home).installed) == ["my-one", "my-two"]


def test_a_file_that_was_left_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / PARTIAL).mkdir()
    (tmp_path / PARTIAL / "lock").write_bytes(b"")
    with alone_in(tmp_path), pytest.raises(WeightsBusy), alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        pass
