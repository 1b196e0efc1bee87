"""The searches find what is planted, wherever it lies, and say what they could not look at."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stylize import photo
from stylize.selftest.canary import Needle, plant
from stylize.selftest.search import PIECE_BYTES, found_in, may_look, search_files, search_memory, usual_places

WORD = Needle(what="word", forms=(b"StylizeCanary0123456789ab",), told="")


def test_every_canary_is_new_and_holds_what_was_planted() -> None:
    one, other = plant(), plant()
    assert found_in(one.data, one.needles) == {needle.what for needle in one.needles}
    assert found_in(one.data, other.needles) == {other.piece.what}
    assert len(one.tags) == 8
    assert photo.read(one.data).pixels.shape == (512, 512, 3)


@pytest.mark.parametrize("before", [0, 1, PIECE_BYTES - 10, PIECE_BYTES - 1, PIECE_BYTES, 2 * PIECE_BYTES - 5])
def test_a_needle_is_found_wherever_it_lies(tmp_path: Path, before: int) -> None:
    (tmp_path / "file").write_bytes(bytes(before) + WORD.forms[0] + b"behind")
    searched = search_files([tmp_path], [WORD], since=time.time() - 60, seconds=60)
    assert searched.hits == (("word", str(tmp_path / "file")),)
    assert (searched.count, searched.size_bytes, searched.finished) == (1, before + 31, True)


def test_only_fresh_files_are_searched_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "hay").write_bytes(b"hay")
    (tmp_path / "link").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    assert search_files([tmp_path], [WORD], since=time.time() - 60, seconds=60).count == 1
    assert search_files([tmp_path], [WORD], since=time.time() + 60, seconds=60).count == 0


def test_a_search_that_ran_out_of_time_says_so(tmp_path: Path) -> None:
    (tmp_path / "hay").write_bytes(b"hay")
    assert not search_files([tmp_path], [WORD], since=0, seconds=-1).finished


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_is_closed_is_counted(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    assert search_files([tmp_path], [WORD], since=0, seconds=60).unread == 1


def test_usual_places_are_there_and_do_not_hold_each_other() -> None:
    places = usual_places()
    assert places
    assert not [(a, b) for a in places for b in places if a != b and a.is_relative_to(b)]


HOLDER = """
import sys, time
text = bytearray(5_000_000) + sys.stdin.buffer.read()
print("held", flush=True)
time.sleep(60)
"""


def test_a_program_that_holds_the_needle_is_found_out() -> None:
    """And one that does not is not."""
    found = []
    for text in (WORD.forms[0], b"hay"):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-I", "-S", "-c", HOLDER], **pipes) as holder:
            holder.stdin.write(text)
            holder.stdin.close()
            assert holder.stdout.readline() == b"held\n"
            looked = may_look(holder.pid)
            if looked:
                found.append([what for what, _ in search_memory(holder.pid, [WORD]).hits])
            holder.kill()
    if not found:
        pytest.skip("this system lets nobody look into the memory of their own programs")
    assert "word" in found[0]
    assert found[1] == []
