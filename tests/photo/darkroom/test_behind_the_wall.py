"""The darkroom works for a server behind the wall, whichever of the two came first; and it is locked itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stylize import photo
from stylize.errors import DecoderStopped, WallMissing
from stylize.photo.darkroom import Darkroom, nursery
from stylize.privacy import kernel
from tests.photo.darkroom.pouring import children, until

ROOT = Path(__file__).parents[3]
CAMERA = Path(__file__).parents[2] / "data" / "camera"
AS_NOBODY = (
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=-all,+dac_read_search", "--bounding-set=-all,+dac_read_search",
)  # fmt: skip
"""Without any right of root's but to read: Python itself may lie in root's folder."""

pytestmark = pytest.mark.skipif(kernel.machine() is None, reason="the lock is for Linux on x86-64 and aarch64")


@pytest.fixture(params=["as we are", "as nobody"])
def prefix(request: pytest.FixtureRequest) -> tuple[str, ...]:
    if request.param == "as we are":
        return ()
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can become nobody, with setpriv")
    if subprocess.run([*AS_NOBODY, "true"], capture_output=True, check=False).returncode:
        pytest.skip("setpriv may not give up rights here")
    return AS_NOBODY


@pytest.mark.parametrize(
    "words",
    [("before",), ("after",), ("before", "foundations"), ("after", "foundations"), ("after", "foundations", "spawned")],
    ids=" ".join,
)
def test_photos_are_read_behind_the_wall(prefix: tuple[str, ...], words: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [*prefix, sys.executable, "-m", "tests.photo.darkroom.walled", *words],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    expected = [len(photo.read(path.read_bytes()).found) for path in sorted(CAMERA.glob("phone.*"))]
    assert told["level"] == "kernel"
    assert told["found"] == expected
    assert told["shape"] == [256, 256, 3]
    assert told["refusal"] == "not-an-image"
    assert told.get("again", expected[2]) == expected[2]
    assert (told["uid"] == 65534) == bool(prefix)


def test_zygote_and_decoder_are_locked() -> None:
    """The kernel's own words: one filter on the zygote and two on its child; one thread each; no new rights."""
    with Darkroom(forking=True) as room:
        room.wait()
        zygote = next(pid for pid in children(os.getpid()) if b"darkroom" in Path(f"/proc/{pid}/cmdline").read_bytes())
        plate = room.open_plate()
        assert until(lambda: len(children(zygote)) == 1)
        decoder = children(zygote).pop()
        assert until(lambda: status(decoder)["Seccomp_filters"] == "2")
        for pid, filters in ((zygote, "1"), (decoder, "2")):
            said = status(pid)
            assert (said["Seccomp"], said["Seccomp_filters"], said["NoNewPrivs"], said["Threads"]) == (
                "2",
                filters,
                "1",
                "1",
            )
        open_files = {str(entry.readlink()).partition(":")[0] for entry in Path(f"/proc/{decoder}/fd").iterdir()}
        assert open_files == {"pipe", "/dev/null"}
        plate.abandon()


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_without_a_lock_there_is_no_darkroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine whose name is not known no lock is to be had: it says so and reads nothing, unless told to."""
    (tmp_path / "sitecustomize.py").write_text("import platform\nplatform.machine = lambda: 'abacus'\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    data = (CAMERA / "phone.jpg").read_bytes()
    with Darkroom(forking=True) as room:
        with pytest.raises(WallMissing):
            room.wait()
        with pytest.raises(WallMissing):
            room.read(data)
    with Darkroom(forking=False) as room, pytest.raises(DecoderStopped):
        room.read(data)
    for forking in (True, False):
        with Darkroom(forking=forking, walled=False) as room:
            room.wait()
            assert room.read(data).media_type == "image/jpeg"


@pytest.mark.skipif(
    len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="libraries start no threads on one core"
)
def test_one_thread_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a zygote whose libraries start threads does not stand."""
    monkeypatch.setattr(nursery, "_ONE_THREAD", {"OPENBLAS_NUM_THREADS": "3"})
    with Darkroom(forking=True) as room, pytest.raises(WallMissing, match="thread"):
        room.wait()
