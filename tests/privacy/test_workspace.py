"""The private folder: only this user's, and gone afterwards, whatever ended the process."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apart import WHO, apart

from stylize.privacy import namespaces, wall, workspace
from stylize.privacy.workspace import private_folder, sweep

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for as on Linux")

PYTHON = next(
    (p for p in (sys.executable, "/usr/bin/python3") if os.path.realpath(p).startswith("/usr")), sys.executable
)
"""A Python that nobody may start too, if there is one."""
A_DEAD_PROCESS = 4_194_304
"""One more than the largest number that Linux gives."""


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[False, True], ids=["shared RAM", "private RAM"])
def private(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def _begin(private: bool) -> None:
    sys.executable = PYTHON
    if private and not next(part for part in wall.foundations().parts if part.name == "private-ram").stands:
        pytest.skip("this system lets no program have private RAM")


def _ours(process: int) -> list[Path]:
    return list(workspace.parent().glob(f"stylize-{process}-*"))


def _gone(process: int, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while _ours(process) and time.monotonic() < until:
        time.sleep(0.02)
    return not _ours(process)


def test_it_is_private_and_everything_temporary_goes_there(private: bool, who: str) -> None:
    def inside() -> list[object]:
        _begin(private)
        before = tempfile.tempdir, os.environ.get("TMPDIR")
        with private_folder() as folder:
            with tempfile.NamedTemporaryFile() as file:
                mode = stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                there = Path(file.name).parent == folder
            variables = os.environ["TMPDIR"] == os.environ["GRADIO_TEMP_DIR"] == str(folder)
        return [*mode, there, variables, folder.exists(), (tempfile.tempdir, os.environ.get("TMPDIR")) == before]

    assert apart(inside, who) == [0o700, 0o600, True, True, False, True]


def test_no_zombie_and_no_janitor_stay(who: str) -> None:
    def inside() -> int:
        _begin(False)
        with private_folder():
            pass
        try:
            return os.waitpid(-1, os.WNOHANG)[0]
        except ChildProcessError:
            return 0

    assert apart(inside, who) == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_nothing_is_left_when_the_process_is_killed(number: int, private: bool, who: str) -> None:
    if who == "nobody" and not PYTHON.startswith("/usr") and not private:
        pytest.skip("nobody may not start this Python, so there is no janitor")

    def inside() -> list[object]:
        (hearing, telling), (waiting, holding) = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            os.close(holding)
            try:
                _begin(private)
                with private_folder() as folder:
                    (folder / "selfie").write_bytes(b"needle")
                    os.write(telling, b"%d" % (folder / "selfie").stat().st_size)
                    os.read(waiting, 1)
            except pytest.skip.Exception:
                os.write(telling, b"skip")
            finally:
                os._exit(0)
        os.close(telling)
        said = os.read(hearing, 9).decode()
        if said == "skip":
            pytest.skip("this system lets no program have private RAM")
        seen = len(_ours(child))
        os.kill(child, number)
        os.waitpid(child, 0)
        return [said, seen, _gone(child)]

    assert apart(inside, who) == ["6", 0 if private else 1, True]


def test_the_janitor_is_deaf_to_signals(who: str) -> None:
    """Ctrl+C and a closed terminal reach it too; it must outlive them, then do its work."""
    if who == "nobody" and not PYTHON.startswith("/usr"):
        pytest.skip("nobody may not start this Python, so there is no janitor")

    def inside() -> list[bool]:
        hearing, telling = os.pipe()
        child = os.fork()
        if child == 0:
            _begin(False)
            with private_folder():
                janitor = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[0]
                os.write(telling, janitor.encode())
                time.sleep(60)
        janitor = int(os.read(hearing, 20))
        session = os.getsid(janitor) == janitor
        until = time.monotonic() + 20
        while not _deaf(janitor) and time.monotonic() < until:
            time.sleep(0.02)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            os.kill(janitor, number)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [session, _gone(child)]

    assert apart(inside, who) == [True, True]


def _deaf(process: int) -> bool:
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("SigIgn"))
    ignored = int(line.split()[1], 16)
    return all(ignored >> (number - 1) & 1 for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM))


# ---------------------------------------------------------------- what was left is swept


@pytest.fixture
def ram(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(workspace, "RAM", tmp_path)
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def left(parent: Path, process: int = A_DEAD_PROCESS) -> Path:
    folder = parent / f"stylize-{process}-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    (folder / "selfie").write_bytes(b"needle")
    return folder


def test_what_the_dead_left_is_swept(ram: Path) -> None:
    folder = left(ram)
    sweep()
    assert not folder.exists()


def test_what_the_living_have_is_not(ram: Path) -> None:
    own = left(ram, os.getpid())
    init = left(ram, 1)
    sweep()
    assert own.exists()
    assert init.exists()


def test_what_is_held_is_not_though_its_number_is_unknown_here(ram: Path) -> None:
    """As from another container, in which processes are counted anew."""
    folder = left(ram)
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    sweep()
    assert folder.exists()
    os.close(handle)
    sweep()
    assert not folder.exists()


def test_what_is_somebody_elses_is_not(ram: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept").write_text("x")
    link = ram / f"stylize-{A_DEAD_PROCESS}-{'a' * 16}"
    link.symlink_to(elsewhere)
    others = [ram / name for name in ("stylize-notes", f"stylize-{A_DEAD_PROCESS}-abc", f"stylize--{'a' * 16}")]
    for folder in others:
        folder.mkdir()
    sweep()
    assert (elsewhere / "kept").exists()
    assert link.is_symlink()
    assert all(folder.exists() for folder in others)


def test_another_users_is_not(ram: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make another user's folder")
    folder = left(ram)
    os.chown(folder, 65534, 65534)
    sweep()
    assert folder.exists()


def test_a_folder_is_held_while_it_is_used(ram: Path) -> None:
    with private_folder() as folder:
        assert workspace._is_held(folder)
    assert not namespaces.is_private()
