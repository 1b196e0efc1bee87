"""Behind the lock: what a server needs goes on working."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.popen_fork
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from apart import WHO, apart
from locked import calling, listening, locked

from stylize.privacy import egress, kernel

pytestmark = pytest.mark.skipif(kernel.machine() is None, reason="the lock is for Linux on x86-64 and aarch64")

SHELL = shutil.which("sh") or ""


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_server_answers_on_its_listener(who: str) -> None:
    """Two callers: one is on the line when the wall is raised, one comes later, from an unlocked process."""

    def inside() -> str:
        listener = listening()
        (hearing, telling), (ready, say_ready) = os.pipe(), os.pipe()
        if os.fork() == 0:
            os.read(ready, 1)
            _call(listener.getsockname(), telling)
        caller = calling(listener)
        line, _ = listener.accept()
        caller.close()
        egress.lock([listener])
        line.close()
        os.write(say_ready, b"x")
        asyncio.run(_answer_once(listener))
        return os.read(hearing, 99).decode()

    assert apart(inside, who) == "hello to you"


def _call(name: tuple[str, int], telling: int) -> None:
    try:
        wire = socket.socket()
        wire.settimeout(20)
        wire.connect(name)
        wire.sendall(b"hello")
        os.write(telling, wire.recv(99))
    finally:
        os._exit(0)


async def _answer_once(listener: socket.socket) -> None:
    done = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = await reader.read(99)
        writer.write(await asyncio.to_thread(lambda: heard + b" to you") if heard else b"")
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()
        if heard:
            done.set()

    async with await asyncio.start_server(answer, sock=listener):
        await asyncio.wait_for(done.wait(), 20)


def _pipes() -> str:
    script = "read x; echo $x $x"
    return subprocess.run(
        [SHELL, "-c", script], input="ok\n", capture_output=True, text=True, check=True
    ).stdout.strip()


def _other_process() -> str:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=theirs.send, args=("ok",))
    child.start()
    heard = ours.recv()
    child.join(20)
    return str(heard)


def _handed_over() -> str:
    """How the server gives a pipe to the process that reads photos."""
    one, other = socket.socketpair()
    reading, writing = os.pipe()
    socket.send_fds(one, [b"x"], [writing])
    _, (received,), _, _ = socket.recv_fds(other, 1, 1)
    os.write(received, b"ok")
    return os.read(reading, 9).decode()


def _many_threads() -> str:
    with ThreadPoolExecutor(8) as pool:
        return "ok" if sum(pool.map(len, ["x"] * 100)) == 100 else ""


def _matrices() -> str:
    import torch

    torch.set_num_threads(2)
    product = torch.ones(300, 300) @ torch.ones(300, 300)
    return "ok" if float(product[0, 0]) == 300 else ""


WORKS: dict[str, Callable[[], str]] = {
    "a child with pipes": _pipes,
    "multiprocessing": _other_process,
    "a pipe handed over": _handed_over,
    "threads": _many_threads,
    "torch": _matrices,
    "asyncio": lambda: asyncio.run(asyncio.to_thread(lambda: "ok")),
    "files": lambda: "ok" if Path("/proc/self/status").read_text() else "",
}


@pytest.mark.parametrize("name", WORKS)
def test_what_a_server_needs_goes_on_working(name: str, who: str) -> None:
    if name == "torch":
        pytest.importorskip("torch")
    assert locked(WORKS[name], who).split()[0] == "ok"


def test_it_can_be_put_on_twice(who: str) -> None:
    """The reader's process inherits the server's lock and puts on its own."""

    def twice() -> str:
        egress.lock()
        return "ok"

    assert locked(twice, who) == "ok"


def test_it_costs_little() -> None:
    """A generous bound, for busy machines; the usual figure is under a microsecond a call."""

    def inside() -> float:
        egress.lock()
        reading = os.open("/dev/zero", os.O_RDONLY)
        best = float("inf")
        for _ in range(5):
            begun = time.perf_counter()
            for _ in range(2000):
                os.read(reading, 1)
            best = min(best, (time.perf_counter() - begun) / 2000)
        return best

    assert apart(inside) < 100e-6
