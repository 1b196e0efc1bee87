"""Whose program has connected, by the kernel's table."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui import neighbours as room
from ui.neighbours import Neighbours, look_around

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows whose program has connected")
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000


@pytest.fixture
def neighbours() -> Iterator[Neighbours]:
    found = look_around()
    if found is None:
        pytest.skip("this system does not show its connections")
    yield found
    found.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.31.7.9", 0)) as listening:
        yield listening


def test_ones_own_program_is_let_in(neighbours: Neighbours, listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname(), 5) as caller:
        assert neighbours.admit(caller.getsockname(), listener.getsockname())


def test_a_caller_that_is_in_no_table_is_not(neighbours: Neighbours, listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname(), 5) as caller:
        host, port = caller.getsockname()
        assert not neighbours.admit((host, port + 1 if port < 65535 else port - 1), listener.getsockname())
        assert not neighbours.admit(("127.9.9.9", port), listener.getsockname())
    accepted, _ = listener.accept()
    with accepted:  # the caller has hung up: its line belongs to nobody, which the table writes as root
        assert not neighbours.admit((host, port), listener.getsockname())


def test_another_users_program_is_not(neighbours: Neighbours, listener: socket.socket) -> None:
    """As that user would see it: `users` without us, and without root."""
    others = Neighbours(tables=neighbours.tables, users=frozenset((os.getuid() + 1,)))
    with socket.create_connection(listener.getsockname(), 5) as caller:
        assert not others.admit(caller.getsockname(), listener.getsockname())


def test_a_table_that_shows_nothing_is_not_relied_upon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tcp").write_text("  sl  local_address\n")
    monkeypatch.setattr(
        room, "TABLES", ((str(tmp_path / "tcp"), socket.AF_INET), (str(tmp_path / "no"), socket.AF_INET6))
    )
    assert look_around() is None


def test_it_sees_the_old_namespace_from_within_a_new_one(neighbours: Neighbours, listener: socket.socket) -> None:
    """As the page does: the tables are opened first, then the process enters a network namespace of its own."""
    with socket.create_connection(listener.getsockname(), 5) as caller:
        ends = (caller.getsockname(), listener.getsockname())
        child = os.fork()
        if child == 0:
            status = 2
            try:
                if ctypes.CDLL(None, use_errno=True).unshare(NEW_USER | NEW_NETWORK) == 0:
                    alone = len(Path("/proc/self/net/tcp").read_text().splitlines()) == 1
                    status = 0 if alone and neighbours.admit(*ends) else 1
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 2:
        pytest.skip("no namespace can be made here")
    assert status == 0
