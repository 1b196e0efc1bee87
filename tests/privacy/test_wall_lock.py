"""The lock, put on a child of the test: what is refused, what goes on working, and when it fails closed."""

from __future__ import annotations

import array
import ctypes
import errno
import fcntl
import os
import platform
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import Any

import pytest
from apart import WHO, Died, apart, refused
from locked import listening, locked

from stylize.privacy import egress, filter, kernel, witness  # noqa: A004 - the module's name

pytestmark = pytest.mark.skipif(kernel.machine() is None, reason="the lock is for Linux on x86-64 and aarch64")

SHELL = shutil.which("sh") or ""


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# ---------------------------------------------------------------- what is refused


def _addressed_datagram() -> None:
    """A pair of datagram sockets could address; stream pairs must refuse even the form of it."""
    one, _ = socket.socketpair()
    one.sendto(b"x", 0, "/nowhere")


REFUSED: dict[str, Callable[[], Any]] = {
    "socket, IPv4": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "socket, IPv6": lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM),
    "socket, datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "socket, unix": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "socket, netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "socket, packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "socket, vsock": lambda: socket.socket(40, socket.SOCK_STREAM),
    "pair of datagram sockets": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    "an addressed letter": _addressed_datagram,
    "unshare": lambda: kernel.call("unshare", 0x10000000),
    "setns": lambda: kernel.call("setns", 0, 0),
    "mount": lambda: kernel.call("mount", b"none", b"/", b"", 0x44000, None),
    "ptrace": lambda: kernel.call("ptrace", 0, 0, None, None),
    "process_vm_readv": lambda: kernel.call("process_vm_readv", os.getppid(), None, 0, None, 0, 0),
    "pidfd_getfd": lambda: kernel.call("pidfd_getfd", 0, 0, 0),
    "keyctl": lambda: kernel.call("keyctl", 0, 0, 0),
    "bpf": lambda: kernel.call("bpf", 0, None, 0),
    "perf_event_open": lambda: kernel.call("perf_event_open", None, 0, 0, 0, 0),
    "userfaultfd": lambda: kernel.call("userfaultfd", 0),
    "open_by_handle_at": lambda: kernel.call("open_by_handle_at", 0, None, 0),
}


def test_ways_out_are_refused_by_the_kernel_itself(who: str) -> None:
    told = locked(lambda: {name: refused(attempt) for name, attempt in REFUSED.items()}, who)
    assert told == dict.fromkeys(REFUSED, errno.EPERM)


def test_io_uring_is_as_if_the_kernel_had_none(who: str) -> None:
    assert locked(lambda: refused(lambda: kernel.call("io_uring_setup", 4, b"\0" * 120)), who) == errno.ENOSYS


def test_most_of_it_would_work_without_the_lock() -> None:
    """A positive control: what the first test counts as refused is the lock's doing, not the machine's."""

    def unlocked() -> list[str]:
        return [name for name, attempt in REFUSED.items() if refused(attempt) not in (errno.EPERM, errno.EACCES)]

    assert len(apart(unlocked)) >= len(REFUSED) / 2


def test_a_listener_can_be_neither_doubled_nor_turned_around(who: str) -> None:
    def attempts() -> list[int]:
        listener = listening()
        unused, pair = socket.socketpair()
        egress.lock([listener])
        name = listener.getsockname()
        return [
            refused(lambda: listener.connect(name)),
            refused(lambda: listener.bind(("127.0.0.1", 0))),
            refused(lambda: pair.bind("/dev/shm/never")),
            refused(lambda: unused.connect("/nowhere")),
            refused(lambda: pair.listen(5)),
        ]

    assert apart(attempts, who) == [*[errno.EPERM] * 4, errno.EINVAL]


def test_nobody_types_into_the_terminal(who: str) -> None:
    def attempts() -> list[int]:
        _, terminal = os.openpty()
        egress.lock()
        letter = array.array("B", b"x")
        size = array.array("H", [0] * 4)
        return [
            refused(lambda: fcntl.ioctl(terminal, filter.TIOCSTI, letter)),
            refused(lambda: fcntl.ioctl(terminal, filter.TIOCLINUX, letter)),
            refused(lambda: fcntl.ioctl(terminal, 0x5413, size)),
        ]

    assert apart(attempts, who) == [errno.EPERM, errno.EPERM, 0]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the other sets of calls are x86-64's")
@pytest.mark.parametrize("number", [0x40000000 + 41, 0x40000000 + 39], ids=["socket", "getpid"])
def test_the_second_set_of_calls_ends_the_process(number: int) -> None:
    with pytest.raises(Died) as died:
        locked(lambda: ctypes.CDLL(None).syscall(number, 2, 1, 0), WHO[0])
    assert died.value.signal == 31  # SIGSYS


def test_children_and_their_programs_inherit_it(who: str) -> None:
    code = "exec 3<>/dev/tcp/127.0.0.1/9"
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("bash is not installed")

    def inside() -> list[str]:
        forked, theirs = os.pipe()
        if os.fork() == 0:
            os.write(theirs, str(refused(REFUSED["socket, IPv4"])).encode())
            os._exit(0)
        started = subprocess.run([bash, "-c", code], capture_output=True, text=True, check=False)
        return [os.read(forked, 9).decode(), started.stderr]

    forked, started = locked(inside, who)
    assert forked == str(errno.EPERM)
    assert "Operation not permitted" in started or "not permitted" in started


def test_threads_from_before_and_after_are_locked(who: str) -> None:
    def inside() -> list[int]:
        go, told = threading.Event(), []

        def early() -> None:
            go.wait(20)
            told.append(refused(REFUSED["socket, IPv4"]))

        threads = [threading.Thread(target=early) for _ in range(3)]
        for thread in threads:
            thread.start()
        egress.lock()
        go.set()
        threads.append(threading.Thread(target=early))
        threads[-1].start()
        for thread in threads:
            thread.join()
        return told

    assert apart(inside, who) == [errno.EPERM] * 4


def test_the_witness_does_not_count_the_locks_own_trial() -> None:
    def inside() -> tuple[int, int]:
        witness.watch()
        egress.lock()
        before = witness.count()
        refused(REFUSED["socket, IPv4"])
        return before, witness.count()

    assert apart(inside) == [0, 1]
