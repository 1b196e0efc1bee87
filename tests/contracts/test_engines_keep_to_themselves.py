"""What an engine may not do: hold on to anyone, reach out, or open what is not its own."""

from __future__ import annotations

import dataclasses
import gc
import socket
import sys
import tracemalloc
import weakref
from functools import cache
from pathlib import Path
from typing import Any

import stylize
from stylize.engines.base import Engine
from stylize.models import Subject
from stylize.weights.parts import weights_home
from tests.contracts.cases import Case, generate

MEBIBYTE = 2**20


def test_keeps_nothing_of_the_person(case: Case, weights: Path, subject: Subject) -> None:
    engine = case.make(weights)
    generate(engine, subject, case.plan(subject, 1, case.sizes[0]))
    engine.close()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    own = dataclasses.replace(subject, pixels=subject.pixels.copy())
    gone = weakref.ref(own.pixels)
    picture = generate(engine, own, case.plan(subject, 1, case.sizes[0]))
    made = weakref.ref(picture.pixels)
    engine.close()
    del own, picture
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert gone() is None, "the subject is still held"
    assert made() is None, "the picture is still held"
    assert after - before < 2 * MEBIBYTE


class _Witness:
    """Hears what Python audits while it listens. Hooks cannot be taken away again, so there is one for all."""

    def __init__(self) -> None:
        self.listening = False
        self.sockets: list[str] = []
        self.files: list[tuple[str, str]] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.listening:
            return
        if event.startswith("socket."):
            self.sockets.append(event)
        elif event == "open" and isinstance(arguments[0], str):
            self.files.append((arguments[0], str(arguments[1] or "r")))


@cache
def _witness() -> _Witness:
    return _Witness()


def test_the_witness_hears() -> None:
    witness = _witness()
    witness.sockets.clear()
    witness.listening = True
    socket.socket().close()
    witness.listening = False
    assert witness.sockets


def test_opens_no_connection_and_no_foreign_file(engine: Engine, case: Case, subject: Subject, weights: Path) -> None:
    witness = _witness()
    witness.sockets.clear()
    witness.files.clear()
    witness.listening = True
    try:
        engine.load()
        generate(engine, subject, case.plan(subject, 1, case.sizes[0]))
    finally:
        witness.listening = False
    assert not witness.sockets
    home = Path(stylize.__file__).parent
    allowed = (home, weights, weights_home(), Path(sys.prefix), Path(sys.base_prefix), Path("/proc"), Path("/sys"))
    strange = [name for name, _ in witness.files if not any(Path(name).is_relative_to(root) for root in allowed)]
    assert not strange
    assert not [name for name, mode in witness.files if any(letter in mode for letter in "wax+") and ".pyc" not in name]
