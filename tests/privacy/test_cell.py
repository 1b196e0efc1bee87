"""The cell: a forked child that reads one photo can do that and nothing else."""

from __future__ import annotations

import errno
import io
import mmap
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from apart import WHO, Died, apart, refused
from PIL import Image

from stylize import photo
from stylize.errors import WallMissing
from stylize.privacy import egress, kernel
from stylize.privacy.cell import enter_cell

pytestmark = pytest.mark.skipif(kernel.machine() is None, reason="the cell is for Linux on x86-64 and aarch64")

MEGABYTE = 1024 * 1024
NEVER, AGAIN = (Path(f"/dev/shm/{name}-{os.getpid()}") for name in ("never", "again"))


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def celled(work: Callable[[], Any], who: str, *, megabytes: int = 512, seconds: float = 20) -> Any:
    """In a cell, behind the lock of the process that it is forked from, as the darkroom does it."""

    def inside() -> Any:
        egress.lock()
        hearing, telling = os.pipe()
        child = os.fork()
        if child == 0:
            _live(work, telling, megabytes, seconds)
        os.close(telling)
        said = b"".join(iter(lambda: os.read(hearing, 65536), b""))
        return said.decode(), os.waitpid(child, 0)[1]

    said, status = apart(inside, who)
    if status:
        raise Died(status)
    return said


def _live(work: Callable[[], Any], telling: int, megabytes: int, seconds: float) -> None:
    said = "silence"
    try:
        enter_cell(memory_bytes=megabytes * MEGABYTE, cpu_seconds=seconds)
        said = str(work())
    except BaseException as problem:  # told, whatever it is
        said = repr(problem)
    finally:
        os.write(telling, said.encode())
        os._exit(0)


ATTEMPTS: dict[str, Callable[[], Any]] = {
    "open to read": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "open to write": lambda: os.open(NEVER, os.O_WRONLY | os.O_CREAT),
    "open a device": lambda: os.open("/dev/null", os.O_RDWR),
    "look at a folder": lambda: list(Path("/").iterdir()),
    "look at a file": lambda: Path("/etc/hostname").stat(),
    "remove": lambda: NEVER.unlink(),
    "make a folder": lambda: NEVER.mkdir(),
    "rename": lambda: NEVER.rename(AGAIN),
    "a file in memory": lambda: os.memfd_create("x"),
    "a pipe": os.pipe,
    "another program": lambda: os.execv("/bin/true", ["true"]),
    "a child": os.fork,
    "a child by posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "a pair of sockets": socket.socketpair,
    "a signal to itself": lambda: os.kill(os.getpid(), 0),
    "a signal to its parent": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "other limits": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE),
    "memory to run": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    "another user": lambda: os.setuid(0),
    "another folder": lambda: os.chdir("/"),
    "a nicer place": lambda: os.nice(-5),
    "a terminal": os.openpty,
}


def test_it_can_open_start_or_reach_nothing(who: str) -> None:
    def allowed() -> str:
        return ", ".join(name for name, attempt in ATTEMPTS.items() if refused(attempt) != errno.EPERM)

    assert celled(allowed, who) == ""


def test_most_of_it_can_be_done_outside() -> None:
    """A positive control, without those that would harm the test itself."""
    harmful = ("another program", "a child", "a signal to its parent")
    tried = {name: attempt for name, attempt in ATTEMPTS.items() if name not in harmful}

    def outside() -> list[str]:
        try:
            return [name for name, attempt in tried.items() if refused(attempt) not in (errno.EPERM, errno.EACCES)]
        finally:
            for left in (NEVER, AGAIN):
                shutil.rmtree(left, ignore_errors=True)

    assert len(apart(outside)) >= len(tried) - 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_it_reads_a_photo_from_a_pipe(kind: str, who: str) -> None:
    picture = Image.effect_noise((700, 500), 40).convert("RGB")
    file = io.BytesIO()
    picture.save(file, kind)
    data = file.getvalue()
    photo.read(data)  # everything is imported

    def inside() -> str:
        from_pipe, to_pipe = os.pipe()
        if os.fork() == 0:
            os.close(from_pipe)
            position = 0
            while position < len(data):
                position += os.write(to_pipe, data[position : position + 65536])
            os._exit(0)
        os.close(to_pipe)
        hearing, telling = os.pipe()
        if os.fork() == 0:
            _live(lambda: photo.read(_all_of(from_pipe)).pixels.shape, telling, 512, 20)
        os.close(telling)
        return os.read(hearing, 999).decode()

    assert apart(inside, who) == "(500, 700, 3)"


def _all_of(pipe: int) -> bytes:
    return b"".join(iter(lambda: os.read(pipe, 65536), b""))


def test_it_may_have_threads(who: str) -> None:
    def count() -> int:
        told: list[int] = []
        threads = [threading.Thread(target=told.append, args=(1,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(told)

    assert celled(count, who) == "4"


def test_its_memory_ends_where_it_was_told(who: str) -> None:
    def take(megabytes: int) -> str:
        try:
            return str(np.ones(megabytes * MEGABYTE, np.uint8)[-1])
        except MemoryError:
            return "no more"

    assert celled(lambda: take(64), who, megabytes=128) == "1"
    assert celled(lambda: take(256), who, megabytes=128) == "no more"


def test_its_time_ends_where_it_was_told(who: str) -> None:
    def forever() -> None:
        while True:
            pass

    begun = time.monotonic()
    with pytest.raises(Died) as died:
        celled(forever, who, seconds=1)
    assert died.value.signal == signal.SIGXCPU
    assert time.monotonic() - begun < 50


def test_its_limits_cannot_be_raised_again(who: str) -> None:
    def limits() -> list[tuple[int, int]]:
        names = (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU)
        return [resource.getrlimit(name) for name in names]

    assert celled(limits, who, seconds=7) == str([(0, 0), (0, 0), (16, 16), (7, 8)])


def test_a_file_that_is_open_cannot_be_filled(who: str) -> None:
    """No such file should be open; if one is, not a byte goes into it."""

    def inside() -> str:
        file = os.memfd_create("open")
        hearing, telling = os.pipe()
        if os.fork() == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            _live(lambda: refused(lambda: os.write(file, b"pixels")), telling, 64, 5)
        os.close(telling)
        return os.read(hearing, 99).decode() + f", {os.fstat(file).st_size} bytes"

    assert apart(inside, who) == f"{errno.EFBIG}, 0 bytes"


def test_it_fails_closed_with_a_line_to_somebody(who: str) -> None:
    def inside() -> str:
        kept = socket.socketpair()
        try:
            enter_cell(memory_bytes=64 * MEGABYTE, cpu_seconds=5)
        except WallMissing as problem:
            return str(problem)
        return f"in a cell with {kept}"

    assert "holds a line" in apart(inside, who)


def test_a_journal_becomes_nothing(who: str) -> None:
    """Standard output may be a socket (a service's journal): it must not carry a word out."""

    def inside() -> str:
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            os.dup2(theirs.fileno(), 1)
            os.closerange(4, 64)
            try:
                enter_cell(memory_bytes=64 * MEGABYTE, cpu_seconds=5)
                os.write(1, b"leak")
            finally:
                os._exit(0)
        theirs.close()
        return ours.recv(99).decode()

    assert apart(inside, who) == ""


def test_it_dies_with_the_process_that_made_it(who: str) -> None:
    def inside() -> str:
        (hearing, telling), (ready, say_ready) = os.pipe(), os.pipe()
        if os.fork() == 0:
            if os.fork() == 0:
                enter_cell(memory_bytes=64 * MEGABYTE, cpu_seconds=20)
                os.write(say_ready, b"x")
                time.sleep(60)
                os._exit(0)
            os.read(ready, 1)
            os.kill(os.getpid(), signal.SIGKILL)
        os.close(telling)
        died = bool(select.select([hearing], [], [], 30)[0])
        return "died" if died else "lived on"

    assert apart(inside, who) == "died"


def test_memory_of_it_cannot_be_looked_into() -> None:
    """By another program of the same user, without special rights."""
    if os.geteuid() != 0:
        pytest.skip("only root can be two users at once")

    def inside() -> str:
        hearing, telling = os.pipe()
        child = os.fork()
        if child == 0:
            enter_cell(memory_bytes=64 * MEGABYTE, cpu_seconds=20)
            os.write(telling, b"in")
            time.sleep(20)
            os._exit(0)
        os.read(hearing, 2)
        try:
            return str(refused(lambda: os.open(f"/proc/{child}/mem", os.O_RDONLY)))
        finally:
            os.kill(child, signal.SIGKILL)

    assert apart(inside, "nobody") == str(errno.EACCES)


def test_it_needs_no_library_of_ours_to_be_imported() -> None:
    """What forks the readers of photos stays small."""
    code = (
        "import stylize.privacy.cell, sys; print([m for m in ('numpy', 'torch', 'PIL', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"
