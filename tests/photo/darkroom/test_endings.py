"""However a decoder ends, its server hears an ordinary refusal, and the next photo is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from stylize import errors
from stylize.photo.darkroom import Darkroom, Plate, nursery
from stylize.photo.darkroom import plate as plates
from stylize.photo.darkroom.limits import AT_ONCE, WAITING
from tests.photo.darkroom.hostile_grids import grid
from tests.photo.darkroom.hostile_pictures import png, zeros
from tests.photo.darkroom.pouring import children, developed, form, pour, until

CAMERA = Path(__file__).parents[2] / "data" / "camera"
GOOD = (CAMERA / "phone.jpg").read_bytes()
FULL_GRID = grid(27, 27, (6912, 6912), [*range(1, 730)], 729)
"""Takes two to three seconds of computing."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes of Linux")


@pytest.fixture(params=[True, False], ids=["forked", "spawned"])
def darkroom(request: pytest.FixtureRequest) -> Iterator[Darkroom]:
    with Darkroom(forking=request.param) as room:
        room.wait()
        yield room


@pytest.fixture
def forked() -> Iterator[Darkroom]:
    with Darkroom(forking=True) as room:
        room.wait()
        yield room


def darkroom_process() -> int:
    """The one process of a darkroom that this process started: its zygote, or its spawned decoder."""

    def ours() -> list[int]:
        return [
            pid
            for pid in children(os.getpid())
            if b"stylize.photo.darkroom" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    assert until(lambda: len(ours()) == 1), ours()
    return ours()[0]


def decoder(forking: bool) -> int:
    """The process id of the one decoder that lives."""
    if not forking:
        return darkroom_process()
    zygote = darkroom_process()
    assert until(lambda: len(children(zygote)) == 1)
    return children(zygote).pop()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_killed_decoder_is_a_refusal(darkroom: Darkroom, request: pytest.FixtureRequest, number: int) -> None:
    forking = "forked" in request.node.name
    plate = darkroom.open_plate()
    pour(plate, GOOD[:5000])
    os.kill(decoder(forking), number)
    with pytest.raises(errors.DecoderStopped):
        plate.finish()
    assert darkroom.read(GOOD).media_type == "image/jpeg"


def test_a_decoder_killed_while_it_decodes(forked: Darkroom) -> None:
    plate = forked.open_plate()
    pour(plate, FULL_GRID)
    pid = decoder(forking=True)
    killer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(errors.DecoderStopped):
        plate.finish()
    killer.join()
    assert forked.read(GOOD).media_type == "image/jpeg"


def test_a_dead_zygote_is_replaced(forked: Darkroom) -> None:
    first = darkroom_process()
    os.kill(first, signal.SIGKILL)
    assert forked.read(GOOD).media_type == "image/jpeg"
    assert darkroom_process() != first


def test_a_zygote_that_dies_with_a_photo_takes_it_along(forked: Darkroom) -> None:
    plate = forked.open_plate()
    pour(plate, GOOD[:5000])
    pid = decoder(forking=True)
    os.kill(darkroom_process(), signal.SIGKILL)
    assert until(lambda: not Path(f"/proc/{pid}").exists())
    with pytest.raises(errors.DecoderStopped):
        plate.finish()
    assert forked.read(GOOD).media_type == "image/jpeg"


def test_a_zygote_that_cannot_be_started_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(errors.DecoderStopped), Darkroom(forking=True) as room:
        room.read(GOOD)
    with Darkroom(forking=False) as room, pytest.raises(errors.DecoderStopped):
        room.read(GOOD)


def test_over_the_computing_time(forked: Darkroom) -> None:
    with Darkroom(seconds=1) as room:
        started = time.monotonic()
        with pytest.raises(errors.PhotoTooHard, match="1 seconds"):
            room.read(FULL_GRID)
        assert time.monotonic() - started < 30
    assert forked.read(FULL_GRID).pixels.shape == (3072, 3072, 3)


def test_over_the_clock(forked: Darkroom) -> None:
    """A decoder that is put to sleep computes nothing: only the clock ends it."""
    with Darkroom(seconds=1) as room:
        plate = room.open_plate()
        pour(plate, GOOD)
        zygote = max(pid for pid in children(os.getpid()))
        assert until(lambda: len(children(zygote)) == 1)
        asleep = children(zygote).pop()
        os.kill(asleep, signal.SIGSTOP)
        with pytest.raises(errors.PhotoTooHard):
            plate.finish()
        assert until(lambda: not Path(f"/proc/{asleep}").exists())
        assert room.read(GOOD).media_type == "image/jpeg"


def test_a_photo_that_never_comes_to_its_end(forked: Darkroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plates, "UPLOAD_SECONDS", 0.5)
    plate = forked.open_plate()
    pour(plate, GOOD[:5000])
    pid = decoder(forking=True)
    assert until(lambda: not Path(f"/proc/{pid}").exists())
    with pytest.raises(errors.PhotoNotArrived):
        plate.finish()


def test_a_zygote_that_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped, not dead: who waits for it is told off in the end, and it is replaced."""
    monkeypatch.setattr(plates, "_PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(nursery, "_ORDER_SECONDS", 1)
    with Darkroom(seconds=1) as room:
        for leave in (Plate.finish, Plate.abandon):
            plate = room.open_plate()
            pid = decoder(forking=True)
            os.kill(pid, signal.SIGSTOP)
            os.kill(darkroom_process(), signal.SIGSTOP)
            with pytest.raises(errors.PhotoTooHard) if leave is Plate.finish else nullcontext():
                leave(plate)
            assert until(lambda gone=pid: not Path(f"/proc/{gone}").exists())
        assert room.read(GOOD).media_type == "image/jpeg"
        os.kill(darkroom_process(), signal.SIGSTOP)
        assert room.read(GOOD).media_type == "image/jpeg"


def test_over_the_memory() -> None:
    heavy = png(7000, 7000, 16, 6, zeros((7000 * 8 + 1) * 7000))
    with Darkroom(memory_bytes=150_000_000) as room:
        with pytest.raises((errors.PhotoTooHard, errors.PhotoTooManyPixels)):
            room.read(heavy)
        assert room.read(GOOD).media_type == "image/jpeg"
    with Darkroom() as room:
        assert room.read(heavy).pixels.shape == (3072, 3072, 3)


def test_an_abandoned_photo_ends_its_decoder(darkroom: Darkroom, request: pytest.FixtureRequest) -> None:
    plate = darkroom.open_plate("edge")
    pour(plate, form(GOOD)[:5000])
    pid = decoder("forked" in request.node.name)
    plate.abandon()
    assert until(lambda: not Path(f"/proc/{pid}").exists())
    plate.abandon()
    with pytest.raises(errors.PhotoNotArrived):
        plate.finish()


def test_a_photo_abandoned_while_it_is_decoded(forked: Darkroom) -> None:
    plate = forked.open_plate()
    pour(plate, FULL_GRID)
    pid = decoder(forking=True)
    started = time.monotonic()
    leaver = threading.Timer(0.3, plate.abandon)
    leaver.start()
    with pytest.raises(errors.PhotoError):
        plate.finish()
    leaver.join()
    assert time.monotonic() - started < 20
    assert until(lambda: not Path(f"/proc/{pid}").exists())


def test_many_at_the_same_time(forked: Darkroom) -> None:
    """From eight threads: at most two decoders live, everybody gets their own photo."""
    zygote = darkroom_process()
    files = [path.read_bytes() for path in sorted(CAMERA.glob("phone.*"))]
    expected = [len(forked.read(data).found) for data in files]
    most = 0
    wrong: list[object] = []
    done = threading.Event()

    def work(turn: int) -> None:
        try:
            for step in range(10):
                which = (turn + step) % len(files)
                if len(forked.read(files[which]).found) != expected[which]:
                    wrong.append(which)
        except Exception as surprise:
            wrong.append(surprise)

    def watch() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, len(children(zygote)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    workers = [threading.Thread(target=work, args=(turn,)) for turn in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done.set()
    watcher.join()
    assert wrong == []
    assert 1 <= most <= AT_ONCE


def test_too_many_wait() -> None:
    with Darkroom(seconds=1) as room:
        room.wait()
        held = [room.open_plate() for _ in range(AT_ONCE)]
        refused: list[str] = []

        def ask() -> None:
            try:
                room.open_plate().abandon()
            except errors.PhotoError as refusal:
                refused.append(refusal.slug)

        waiting = [threading.Thread(target=ask) for _ in range(WAITING + 5)]
        for one in waiting:
            one.start()
        for one in waiting:
            one.join()
        assert refused == ["darkroom-busy"] * (WAITING + 5)
        for plate in held:
            plate.abandon()
        assert room.read(GOOD).media_type == "image/jpeg"


def test_nothing_is_left_after_the_end() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with Darkroom() as room:
        zygote = darkroom_process()
        developed(room, GOOD)
        plate = room.open_plate()
        pid = decoder(forking=True)
    assert until(lambda: not Path(f"/proc/{pid}").exists() and not Path(f"/proc/{zygote}").exists())
    plate.abandon()
    with pytest.raises(errors.DecoderStopped):
        room.read(GOOD)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_it_ends_with_its_server() -> None:
    """The server is killed, with a photo half read: zygote and decoder are gone."""
    program = (
        "import os, sys, time\nfrom stylize.photo.darkroom import Darkroom\n"
        "room = Darkroom().__enter__()\nplate = room.open_plate()\nos.write(plate.fileno(), b'x')\n"
        "print('ready', flush=True)\ntime.sleep(60)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    try:
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"
        zygote = children(server.pid).pop()
        assert until(lambda: len(children(zygote)) == 1)
        pid = children(zygote).pop()
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
    assert until(lambda: not Path(f"/proc/{pid}").exists() and not Path(f"/proc/{zygote}").exists())
