"""One column of the table: a process, perhaps walled, in which every way out is tried."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stylize.selftest.sinks import Sinks
from stylize.selftest.targets import Courier, Errand, new_mark
from stylize.selftest.ways import NotHere, Way

WAY_SECONDS = 10.0
ARRIVAL_SECONDS = 5.0
ANSWER = b"still here"
ABSENT, DONE, REFUSED = "absent", "done", "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """What is put up around the process: `early` before any thread, `late` with the listeners and early's result."""

    name: str
    early: Callable[[], Any] | None = None
    late: Callable[[Sequence[socket.socket], Any], object] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How one way ended. `absent`: the probe itself says that the machine lacks what it needs."""

    slug: str
    reached: bool
    absent: bool
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """All ways under one layer. `failure`: why the layer could not be put up, or ""; then there are no results.

    `answers`: the process still answered a visitor on its listener afterwards.
    """

    layer: str
    results: tuple[Result, ...]
    answers: bool
    failure: str

    def reached(self) -> set[str]:
        return {result.slug for result in self.results if result.reached}


def try_all(ways: Sequence[Way], layer: Layer, sinks: Sinks, courier: Courier) -> Column:
    """Fork a process with a listener on loopback, put the layer up in it, try every way, and ask the sinks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        errands = {
            way.slug: Errand(
                targets=sinks.targets,
                courier=courier,
                mark=new_mark(),
                listener=listener.fileno(),
                python=_interpreter(),
            )
            for way in ways
        }
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            _work(ways, errands, layer, listener, theirs)
        os.close(theirs)
        try:
            with contextlib.ExitStack() as stack:
                visitors = [
                    stack.enter_context(socket.create_connection(listener.getsockname(), timeout=3)) for _ in range(3)
                ]
                told = json.loads(_read_all(ours, len(ways) * WAY_SECONDS + 20) or '{"failure": "it died"}')
                answers = any(_hears(visitor) for visitor in visitors)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(ours)
    outcomes: dict[str, tuple[str, str]] = {slug: (how, why) for slug, how, why in told.get("outcomes", ())}
    sent = {errands[slug].mark for slug, (how, why) in outcomes.items() if how == DONE and not why}
    received = sinks.received(sent, ARRIVAL_SECONDS)
    return Column(
        layer=layer.name,
        results=tuple(
            _judge(slug, how, why, received=errands[slug].mark in received) for slug, (how, why) in outcomes.items()
        ),
        answers=answers,
        failure=str(told.get("failure", "")),
    )


def _judge(slug: str, how: str, why: str, *, received: bool) -> Result:
    """A mark in a sink counts whatever the probe says; a probe's own word only when it saw the answer."""
    if received:
        why = "the sink received it"
    elif how == DONE and not why:
        why = "sent, but never received"
    reached = received or (how == DONE and why != "sent, but never received")
    return Result(slug=slug, reached=reached, absent=how == ABSENT and not reached, why=why)


def _work(ways: Sequence[Way], errands: dict[str, Errand], layer: Layer, listener: socket.socket, pipe: int) -> None:
    """The forked process: never returns."""
    told: dict[str, Any] = {}
    try:
        warnings.simplefilter("ignore")  # that we fork beside a thread is the point of one probe
        nowhere = os.open(os.devnull, os.O_RDWR)
        prepared = {way.slug: way.first() for way in ways if way.first}
        found = layer.early() if layer.early else None
        prepared |= {way.slug: way.before() for way in ways if way.before}
        errands = {slug: replace(errand, prepared=prepared.get(slug)) for slug, errand in errands.items()}
        if layer.late:
            layer.late([listener], found)
        told["outcomes"] = [(way.slug, *_try(way, errands[way.slug], nowhere)) for way in ways]
        os.set_blocking(listener.fileno(), True)
        os.write(pipe, json.dumps(told).encode() + b"\n")
        _answer(listener)
    except BaseException as problem:  # whatever it was, the verdict must hear of it
        os.write(pipe, json.dumps({"failure": f"{type(problem).__name__}: {problem}"}).encode() + b"\n")
    finally:
        os._exit(0)


def _answer(listener: socket.socket) -> None:
    listener.settimeout(2)
    for _ in range(3):
        with contextlib.suppress(OSError):
            visitor, _ = listener.accept()
            visitor.sendall(ANSWER)
            visitor.close()


def _hears(visitor: socket.socket) -> bool:
    try:
        return visitor.recv(100) == ANSWER
    except OSError:
        return False


def _try(way: Way, errand: Errand, nowhere: int) -> tuple[str, str]:
    """Run one way, in a child of its own unless it must be inside."""
    if way.inside:
        return _attempt(way, errand)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _no_core_file()
            for number in (0, 1, 2):
                os.dup2(nowhere, number)
            os.write(theirs, json.dumps(_attempt(way, errand)).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    ready, _, _ = select.select([ours], [], [], WAY_SECONDS)
    text = os.read(ours, 65536) if ready else b""
    if not ready:
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(ours)
    if text:
        how, why = json.loads(text)
        return how, why
    if not ready:
        return REFUSED, "nothing came of it in time"
    return REFUSED, f"killed by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "ended early"


def _attempt(way: Way, errand: Errand) -> tuple[str, str]:
    try:
        return DONE, way.go(errand)
    except NotHere as lack:
        return ABSENT, str(lack)
    except BaseException as problem:
        return REFUSED, f"{type(problem).__name__}: {problem}"[:200]


def _no_core_file() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_all(pipe: int, seconds: float) -> bytes:
    """One line, or what there is of it when the time is over."""
    text, until = b"", time.monotonic() + seconds
    while not text.endswith(b"\n") and select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = os.read(pipe, 65536)
        if not piece:
            break
        text += piece
    return text if text.endswith(b"\n") else b""


def _interpreter() -> str:
    """A Python that this user may start: in a virtual environment of root's it may be another than ours."""
    candidates = (sys.executable, str(Path(sys.base_prefix, "bin", "python3")), shutil.which("python3") or "")
    return next((path for path in candidates if path and os.access(path, os.X_OK)), sys.executable)
