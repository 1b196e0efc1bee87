"""When the lock cannot be trusted it says so, and no photo is taken: it fails closed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import shutil
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apart import WHO, apart
from locked import calling, listening

from stylize.errors import WallMissing
from stylize.privacy import egress, filter, kernel  # noqa: A004 - the module's name

pytestmark = pytest.mark.skipif(kernel.machine() is None, reason="the lock is for Linux on x86-64 and aarch64")


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextlib.contextmanager
def _named_server() -> Iterator[tuple[socket.socket, str]]:
    folder = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    try:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(f"{folder}/service")
        server.listen()
        yield server, f"{folder}/service"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _line_to_a_service() -> Any:
    with _named_server() as (server, name):
        caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        caller.connect(name)
        server.close()
        return caller


def _waiting_service() -> Any:
    with _named_server() as (server, _):
        return server


def _ring() -> Any:
    try:
        return kernel.call("io_uring_setup", 4, ctypes.create_string_buffer(120))
    except OSError as problem:
        pytest.skip(f"this kernel gives no io_uring ({problem.strerror})")


LEFT_OPEN: dict[str, Callable[[], Any]] = {
    "a datagram socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "an IPv6 datagram socket": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    "a socket for a later connection": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "a second listener": listening,
    "a unix datagram socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
    "a pair of datagram sockets": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    "a line to a service": _line_to_a_service,
    "a service of its own": _waiting_service,
    "a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "a ring": _ring,
}


@pytest.mark.parametrize("name", LEFT_OPEN)
def test_it_fails_closed_when_something_is_open_already(name: str, who: str) -> None:
    def inside() -> str:
        listener = listening()
        kept = LEFT_OPEN[name]()
        try:
            egress.lock([listener])
        except WallMissing as problem:
            return str(problem)
        return f"locked over {kept}"

    assert "cannot be built here" in apart(inside, who)


@pytest.mark.parametrize(("name", "stays"), [("cuda-uvmfd-4026531836-7", True), ("something-else", False)])
def test_the_driver_of_a_graphics_card_may_wait_for_itself(name: str, stays: bool, who: str) -> None:
    """What CUDA opens when a card is first used; seen from outside it is a waiting abstract socket."""

    def inside() -> str:
        kept = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept.bind(f"\0{name}-{os.getpid()}")
        kept.listen()
        try:
            egress.lock()
        except WallMissing as problem:
            return str(problem)
        return f"locked over {kept.type}"

    assert apart(inside, who).startswith("locked") is stays


def test_it_fails_closed_on_a_connection_out(who: str) -> None:
    def inside() -> str:
        elsewhere, listener = listening(), listening()
        kept = calling(elsewhere)
        elsewhere.close()
        try:
            egress.lock([listener])
        except WallMissing as problem:
            return str(problem)
        return f"locked over {kept}"

    assert "connection to somewhere else" in apart(inside, who)


def test_it_fails_closed_on_a_listener_that_others_reach(who: str) -> None:
    def inside(loopback_only: bool) -> str:
        try:
            egress.lock([listening("0.0.0.0")], loopback_only=loopback_only)
        except WallMissing as problem:
            return str(problem)
        return "locked"

    assert "other computers" in apart(lambda: inside(True), who)
    assert apart(lambda: inside(False), who) == "locked"


def test_it_fails_closed_on_a_listener_that_is_none(who: str) -> None:
    def inside() -> str:
        asleep = socket.socket()
        try:
            egress.lock([asleep])
        except WallMissing as problem:
            return str(problem)
        return "locked"

    assert "does not listen" in apart(inside, who)


def test_it_fails_closed_on_a_thread_with_a_filter_of_its_own() -> None:
    """Such a thread cannot be given ours; the kernel says so, and the lock must listen."""

    def inside() -> str:
        ready, end = threading.Event(), threading.Event()

        def apart_from_all() -> None:
            program = filter.pack([(0x06, 0, 0, filter.ALLOW)])
            code = ctypes.create_string_buffer(program, len(program))
            where = struct.pack("HxxxxxxQ", 1, ctypes.addressof(code))
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
            kernel.call("seccomp", 1, 0, where)
            ready.set()
            end.wait(20)

        thread = threading.Thread(target=apart_from_all, daemon=True)
        thread.start()
        ready.wait(20)
        try:
            egress.lock()
        except WallMissing as problem:
            return str(problem)
        finally:
            end.set()
        return "locked"

    assert "cannot be locked" in apart(inside)


def test_it_fails_closed_where_the_machine_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(WallMissing, match="Intel, AMD and ARM"):
        egress.lock()
    assert Path("/proc/self/status").read_text().count("Seccomp:\t0") == 1


def test_it_fails_closed_where_the_kernel_has_no_filters(who: str) -> None:
    """A filter that refuses filters stands for a kernel without them."""

    def inside() -> str:
        number = kernel.NUMBERS[kernel.machine() or ""]["seccomp"]
        program = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, filter.UNKNOWN), (0x06, 0, 0, filter.ALLOW)]
        egress.install(program)
        try:
            egress.lock()
        except WallMissing as problem:
            return str(problem)
        return "locked"

    assert "does not take the filter" in apart(inside, who)


def test_it_fails_closed_when_sockets_go_on_opening(who: str) -> None:
    def inside() -> str:
        original = egress.server_program
        egress.server_program = lambda machine: filter.assemble(machine, (), otherwise=filter.ALLOW)  # type: ignore[assignment]
        try:
            egress.lock()
        except WallMissing as problem:
            return str(problem)
        finally:
            egress.server_program = original
        return "locked"

    assert "could still be opened" in apart(inside, who)
