"""Wiping overwrites in place, dumps are off, and swap is told of honestly."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from apart import WHO, apart
from hypothesis import given, settings
from hypothesis import strategies as st

from stylize.privacy import memory
from stylize.privacy.memory import give_back, no_dumps, no_swap, wipe

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@given(st.binary(max_size=3000))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_bytearray_is_zero_and_the_same(data: bytes) -> None:
    buffer = bytearray(data)
    with memoryview(buffer) as view:
        wipe(buffer)
        assert bytes(view) == bytes(len(data))


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float16, np.int64, np.bool_, np.complex64])
def test_an_array_of_any_kind_and_layout_is_wiped_in_place(kind: type[np.generic]) -> None:
    array = np.ones((40, 30, 3), kind)
    wipe(array[::2, ::-1])
    assert not array[::2].any()
    assert array[1::2].all()
    wipe(array.T)
    assert array.tobytes() == bytes(array.nbytes)


def test_a_part_of_a_buffer_is_wiped_and_no_more() -> None:
    buffer = bytearray(b"keep SECRET keep")
    wipe(memoryview(buffer)[5:11])
    assert buffer == b"keep \0\0\0\0\0\0 keep"


def test_a_view_of_wider_things_is_wiped_whole() -> None:
    buffer = bytearray(b"\xff" * 64)
    wipe(memoryview(buffer).cast("d"))
    assert buffer == bytes(64)


@pytest.mark.parametrize("buffer", [memoryview(b"x"), memoryview(bytearray(b"xyxy"))[::2]], ids=["read-only", "gaps"])
def test_what_cannot_be_wiped_says_so(buffer: memoryview) -> None:
    with pytest.raises(TypeError):
        wipe(buffer)


def test_a_read_only_array_says_so() -> None:
    array = np.ones(4)
    array.flags.writeable = False
    with pytest.raises(TypeError):
        wipe(array)
    assert array.all()


@linux
def test_the_needle_is_gone_from_the_process() -> None:
    """Looked for in the process's own memory, with a positive control before the wipe."""

    def inside() -> list[int]:
        buffer = bytearray(4096)
        buffer[100:116] = bytes(
            value ^ 0x5A for value in b"\x1b\x1c\x1d\x1e\x1f\x20\x21\x22\x23\x24\x25\x26\x27\x28\x29\x2a"
        )
        found = [_occurrences()]
        wipe(buffer)
        return [*found, _occurrences()]

    before, after = apart(inside)
    assert (before, after) == (1, 0)


def _occurrences() -> int:
    """How often the needle is in writable memory; it is put together only where it is compared."""
    count = 0
    with Path("/proc/self/mem").open("rb", buffering=0) as all_of_it:
        for line in Path("/proc/self/maps").read_text().splitlines():
            where, rights, *_ = line.split()
            if not rights.startswith("rw") or "[v" in line:
                continue
            low, high = (int(part, 16) for part in where.split("-"))
            os.lseek(all_of_it.fileno(), low, os.SEEK_SET)
            try:
                held = np.frombuffer(os.read(all_of_it.fileno(), min(high - low, 1 << 28)), np.uint8)
            except OSError:
                continue
            hits = held[:-16] == (0x1B ^ 0x5A)
            for offset in range(1, 16):
                hits = hits & (held[offset : len(held) - 16 + offset] == ((0x1B + offset) ^ 0x5A))
            count += int(hits.sum())
            del held, hits
    return count


@linux
@pytest.mark.parametrize("who", WHO)
def test_dumps_are_off_and_the_process_still_knows_itself(who: str) -> None:
    def inside() -> list[object]:
        part = no_dumps()
        Path("/proc/self/maps").read_text()
        Path("/proc/self/status").read_text()
        numbers = {int(entry.name) for entry in Path("/proc/self/fd").iterdir()}
        return [part.stands, part.why, list(resource.getrlimit(resource.RLIMIT_CORE)), {0, 3} <= numbers]

    assert apart(inside, who) == [True, "", [0, 0], True]


@linux
def test_another_user_program_cannot_look_in() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")

    def inside(closed: bool) -> bool:
        hearing, telling = os.pipe()
        child = os.fork()
        if child == 0:
            if closed:
                no_dumps()
            os.write(telling, b"x")
            time.sleep(20)
            os._exit(0)
        os.read(hearing, 1)
        try:
            return os.access(f"/proc/{child}/mem", os.R_OK)
        finally:
            os.kill(child, 9)

    assert apart(lambda: inside(False), "nobody") is True
    assert apart(lambda: inside(True), "nobody") is False


@linux
@pytest.mark.parametrize(
    ("told", "stands"),
    [
        ("Filename\tType\tSize\tUsed\tPriority\n", True),
        ("Filename\tType\tSize\tUsed\tPriority\n/dev/zram0\tpartition\t8\t0\t100\n", True),
        ("Filename\tType\tSize\tUsed\tPriority\n/swapfile\tfile\t8\t0\t-2\n", False),
        (
            "Filename\tType\tSize\tUsed\tPriority\n/dev/zram0\tpartition\t8\t0\t100\n/dev/sda2\tpartition\t8\t0\t-2\n",
            False,
        ),
    ],
)
def test_swap_is_told_of(told: str, stands: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "swaps").write_text(told)
    monkeypatch.setattr(memory, "SWAPS", tmp_path / "swaps")
    part = no_swap()
    assert part.stands is stands
    assert bool(part.why) is not stands


@linux
def test_freed_memory_goes_back() -> None:
    def inside() -> int:
        blocks = [bytearray(1000) for _ in range(60_000)]
        keep = blocks[-1]
        del blocks
        before = _resident()
        give_back()
        assert keep is not None
        return before - _resident()

    assert apart(inside) >= 0


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])
