"""The witness counts what tries to reach out, names the package, and keeps nothing else."""

from __future__ import annotations

import asyncio
import socket
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apart import apart, refused

from stylize.privacy import egress, kernel, witness

NEEDLE = "ada-lovelace.invalid"
"""A name that must be kept nowhere. It is never looked up: the lock or a refused family comes first."""


def watching(work: Callable[[], Any]) -> list[list[Any]]:
    def inside() -> list[list[Any]]:
        witness.watch()
        witness.watch()
        work()
        return [[a.kind, a.library, a.count] for a in witness.attempts()]

    return apart(inside)


def as_installed(name: str, code: str) -> types.ModuleType:
    """A module that looks as if it had been installed beside others."""
    module = types.ModuleType(name)
    path = Path(sys.prefix) / "site-packages" / name / "__init__.py"
    exec(compile(code, str(path), "exec"), vars(module))
    return module


def test_nothing_is_counted_before_something_happens() -> None:
    assert watching(lambda: None) == []


def test_each_kind_is_counted_once() -> None:
    def work() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.bind(("127.0.0.1", 0))
            wire.sendto(b"x", wire.getsockname())
            wire.connect(wire.getsockname())
        socket.getaddrinfo("127.0.0.1", 80)

    counted = watching(work)
    assert counted == [[kind, "other", 1] for kind in ("connect", "datagram", "listen", "look-up", "socket")]


def test_what_a_server_does_is_no_attempt() -> None:
    def inside() -> int:
        server, client = socket.socket(), socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        witness.watch()
        line, _ = server.accept()
        line.sendall(b"x")
        line.sendmsg([b"y"])
        line.dup().close()
        one, _other = socket.socketpair()
        one.sendall(b"z")
        asyncio.run(asyncio.sleep(0))
        return witness.count()

    assert apart(inside) == 0


def test_the_installed_package_is_named_and_nobodys_own_file() -> None:
    code = "import socket\ndef call():\n    try: socket.socket(-1)\n    except OSError: pass\n"
    talker = as_installed("chatterbox", code)
    own = types.ModuleType("ada_lovelace_diary")
    exec(compile(code, "/home/ada/ada_lovelace_diary.py", "exec"), vars(own))

    def work() -> None:
        talker.call()
        talker.call()
        own.call()

    assert watching(work) == [["socket", "chatterbox", 2], ["socket", "other", 1]]


@pytest.mark.skipif(kernel.machine() is None, reason="the lock is for Linux on x86-64 and aarch64")
def test_attempts_behind_the_lock_are_seen_and_no_address_is_kept() -> None:
    def inside() -> list[Any]:
        egress.lock()
        witness.watch()
        codes = [refused(lambda: socket.socket(socket.AF_INET)) for _ in range(3)]
        with_name = refused(lambda: socket.create_connection((NEEDLE, 443)))
        kept = repr(witness.attempts()) + repr({k: v for k, v in vars(witness).items() if not k.startswith("__")})
        return [codes, bool(with_name), witness.count() >= 4, NEEDLE in kept, "443" in kept]

    assert apart(inside) == [[1, 1, 1], True, True, False, False]


def test_it_never_disturbs() -> None:
    """Frames may be odd; an audited action must not fail because of the witness."""

    def inside() -> int:
        witness.watch()
        sys.audit("socket.connect")
        sys.audit("socket.sendmsg", None)
        sys.audit("socket.__new__", None, 2, 1, 0)
        return witness.count()

    assert apart(inside) == 2
