"""Buffers are kept while a picture is made and given back after it, and never where memory is short."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stylize.engines.diffusion import heap
from stylize.privacy import kernel

PROBE = """
import resource, threading
from stylize.engines.diffusion.heap import keeping_buffers
from stylize.privacy.memory import one_heap
import ctypes
one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]

def work():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        block = libc.malloc(100 << 20)
        ctypes.memset(block, 1, 100 << 20)
        libc.free(block)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

def main():
    plain = work()
    with keeping_buffers("cpu"):
        kept = work()
        held = resident()
    print(plain, kept, held, resident(), work())

other = threading.Thread(target=main)
other.start()
other.join()
"""


@pytest.mark.skipif(not kernel.tune_heap(kernel.M_ARENA_MAX, 8), reason="this C library has no such heap")
@pytest.mark.skipif(not heap._is_plenty(), reason="memory is short here, so buffers are not kept")
def test_pages_are_fetched_once_and_all_go_back() -> None:
    """In a thread, as the page's pictures are made, of a process of its own."""
    said = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60).stdout
    plain, kept, held, after, plain_again = map(int, said.split())
    assert kept < plain / 5
    assert held - after > 90 << 20, "what was kept is given back"
    assert plain_again > plain / 2


def test_not_for_a_card_and_not_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(heap, "tune_heap", lambda option, value: told.append((option, value)))
    with heap.keeping_buffers("cuda"):
        pass
    monkeypatch.setattr(heap, "_is_plenty", lambda: False)
    with heap.keeping_buffers("cpu"):
        pass
    assert told == []
    monkeypatch.undo()
    for free, plenty in ((heap.PLENTY_BYTES, True), (heap.PLENTY_BYTES - 1, False), (None, False)):
        monkeypatch.setattr(heap, "free_ram", lambda free=free: free)
        assert heap._is_plenty() is plenty


def test_who_ends_last_gives_back(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(heap, "tune_heap", lambda option, value: told.append((option, value)))
    monkeypatch.setattr(heap, "_is_plenty", lambda: True)
    with heap.keeping_buffers("cpu"):
        with heap.keeping_buffers("cpu"):
            assert tuple(told) == heap.ROOMY
        assert tuple(told) == heap.ROOMY
    assert tuple(told) == heap.ROOMY + heap.USUAL
