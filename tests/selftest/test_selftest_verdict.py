"""The self-test passes here, and does not when a promise or a control is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stylize.cli import main
from stylize.selftest import no_metadata, no_way_out, nothing_left, page, run
from stylize.selftest.canary import Canary, Needle, plant
from stylize.selftest.made import Made, make
from stylize.selftest.proof import Proof, Verdict
from stylize.selftest.search import Searched
from stylize.selftest.ways import WAYS

NO_WALL = """
import stylize.privacy.egress, stylize.privacy.wall
from stylize.privacy.wall import no_wall
stylize.privacy.egress.lock = lambda listeners: None
stylize.privacy.wall.foundations = lambda: None
stylize.privacy.wall.raise_wall = lambda early, listeners: None
from stylize.selftest.columns import main
main()
"""
NO_LOCK = """
import stylize.privacy.egress
stylize.privacy.egress.lock = lambda listeners=(), loopback_only=True: None
from stylize.selftest.columns import main
main()
"""
NO_SINKS = """
import stylize.selftest.sinks as sinks
sinks.Basin._look = lambda self, data: False
from stylize.selftest.columns import main
main()
"""


@pytest.fixture(scope="module")
def verdict() -> dict[str, Any]:
    """The whole self-test as a user runs it."""
    words = [sys.executable, "-m", "stylize", "selftest", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, cwd=Path(__file__).parents[2])
    told = json.loads(done.stdout)
    assert done.returncode == (0 if told["passed"] else 8)
    for proof in told["proofs"]:
        if proof["standing"] == "untested" or "cannot be built here" in proof["headline"]:
            pytest.skip(f"{proof['promise']}: {proof['headline']}")
    return told


@pytest.mark.slow
def test_it_passes_here(verdict: dict[str, Any]) -> None:
    assert verdict["passed"], verdict
    assert [proof["promise"] for proof in verdict["proofs"]] == ["No way out", "Nothing left", "No metadata"]


@pytest.mark.slow
def test_each_proof_shows_its_control(verdict: dict[str, Any]) -> None:
    for proof in verdict["proofs"]:
        assert any("control" in line for line in proof["evidence"]), proof["promise"]


# ---------------------------------------------------------------- no way out


@pytest.mark.skipif(sys.platform != "linux", reason="the broken walls are Linux's")
@pytest.mark.parametrize("broken", [NO_WALL, NO_LOCK], ids=["nothing", "only foundations"])
def test_a_wall_that_does_nothing_fails(broken: str) -> None:
    proof = no_way_out.prove((sys.executable, "-c", broken))
    assert proof.standing == "failed", proof
    assert any("got out: A Python library connects to an address." in line for line in proof.evidence)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the probes need fork")
def test_sinks_that_hear_nothing_prove_nothing() -> None:
    proof = no_way_out.prove((sys.executable, "-c", NO_SINKS))
    assert proof.standing == "untested", proof


@pytest.mark.parametrize("program", ["import sys; sys.exit(3)", "print('not JSON')", "print('{}')"])
def test_probes_that_died_prove_nothing(program: str) -> None:
    assert no_way_out.prove((sys.executable, "-c", program)).standing == "untested"


def column(layer: str, reached: Sequence[str] = (), *, answers: bool = True, of: int = len(WAYS)) -> dict[str, Any]:
    results = [{"slug": way.slug, "reached": way.slug in reached, "absent": False, "why": ""} for way in WAYS[:of]]
    return {"layer": layer, "results": results, "answers": answers, "failure": ""}


ALL = [way.slug for way in WAYS]


def test_one_way_out_is_enough_to_fail() -> None:
    for slug in ALL:
        columns = [column("unlocked", ALL), column("wall", [slug])]
        standing, _, evidence = no_way_out.judge({"columns": columns})
        assert standing == "failed"
        assert sum(line.startswith("got out") for line in evidence) == 1


def test_a_walled_process_that_died_proves_nothing() -> None:
    for dead in (column("wall", answers=False), column("wall", of=len(WAYS) - 1)):
        assert no_way_out.judge({"columns": [column("unlocked", ALL), dead]})[0] == "untested"


def test_a_wall_that_cannot_be_built_is_not_passed() -> None:
    wall = {"layer": "wall", "results": [], "answers": False, "failure": "WallMissing: no."}
    standing, headline, _ = no_way_out.judge({"columns": [column("unlocked", ALL), wall]})
    assert (standing, headline) == ("failed", "The wall cannot be built here: WallMissing: no.")


# ---------------------------------------------------------------- no metadata


@pytest.fixture(scope="module")
def canary() -> Canary:
    return plant()


@pytest.fixture(scope="module")
def made(canary: Canary) -> Made:
    made = make(canary)
    if made.lacks:
        pytest.skip(made.lacks)
    return made


def test_clean_results_pass(canary: Canary, made: Made) -> None:
    assert no_metadata.prove(canary, made).standing == "passed"


def test_a_result_with_the_photos_tags_fails(canary: Canary, made: Made) -> None:
    proof = no_metadata.prove(canary, replace(made, files=made.files | {"image/jpeg": canary.data}))
    assert proof.standing == "failed"
    assert "image/jpeg: serial number" in proof.headline


def test_one_word_in_one_result_fails(canary: Canary, made: Made) -> None:
    for needle in canary.needles:
        spoilt = made.files["image/webp"] + needle.forms[-1]
        proof = no_metadata.prove(canary, replace(made, files=made.files | {"image/webp": spoilt}))
        assert proof.standing == "failed", needle.what


def test_a_blind_search_of_results_proves_nothing(canary: Canary, made: Made) -> None:
    assert no_metadata.prove(canary, made, lambda data, needles: set()).standing == "untested"


def test_without_results_nothing_is_proven(canary: Canary) -> None:
    assert no_metadata.prove(canary, Made(files={}, lacks="there is no toy")).standing == "untested"


# ---------------------------------------------------------------- nothing left


def blind(places: Iterable[Path], needles: Sequence[Needle], since: float) -> Searched:
    return Searched(count=5, size_bytes=5, unread=0, hits=(), finished=True)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the page is watched through a pipe that only POSIX can wait for")
class TestNothingLeft:
    """With the real page, in folders of the test's own so that no other program's files are looked at."""

    def test_a_blind_search_of_files_proves_nothing(self, canary: Canary, tmp_path: Path) -> None:
        proof = nothing_left.prove(canary, blind, [tmp_path])
        assert proof.standing == "untested", proof

    def test_a_trace_on_disk_fails(self, canary: Canary, tmp_path: Path) -> None:
        (tmp_path / "upload.tmp").write_bytes(b"somewhere inside " + canary.piece.forms[0] + b" lies a piece")
        proof = nothing_left.prove(canary, places=[tmp_path])
        if proof.standing == "untested":
            pytest.skip(proof.headline)
        assert proof.standing == "failed"
        assert "upload.tmp" in proof.headline

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not say what is locked")
    def test_a_page_that_took_the_photo_without_a_wall_fails(
        self, canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page, "COMMAND", (*page.COMMAND, "--without-wall"))
        proof = nothing_left.prove(canary, places=[tmp_path])
        assert proof.standing == "failed", proof
        assert "threads of the page are not behind the wall" in proof.headline

    def test_a_page_that_does_not_start_proves_nothing(
        self, canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "gradio.py").write_text("raise SystemExit('broken on purpose')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        start = time.monotonic()
        proof = nothing_left.prove(canary, places=[tmp_path])
        assert proof.standing == "untested", proof
        assert time.monotonic() - start < 90


# ---------------------------------------------------------------- what the user reads


def test_an_unproven_verdict_is_not_passed() -> None:
    proof = Proof(promise="p", standing="passed", headline="h", evidence=(), seconds=1.0)
    assert Verdict(proofs=(proof,)).passed
    assert not Verdict(proofs=(proof, replace(proof, standing="untested"))).passed
    assert not Verdict(proofs=(proof, replace(proof, standing="failed"))).passed
    assert not Verdict(proofs=()).passed


@pytest.mark.parametrize(("standing", "code", "words"), [
    ("passed", 0, "every promise was kept"),
    ("failed", 8, "NOT PASSED. A promise was not kept"),
    ("untested", 8, "NOT PASSED. Something could not be tested"),
])  # fmt: skip
def test_the_verdict_in_words(
    standing: Any, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pretend(tell: run.Tell) -> Verdict:
        proof = Proof(promise="No way out", standing=standing, headline="So it is.", evidence=("a", "b"), seconds=1.0)
        tell(proof)
        return Verdict(proofs=(proof,))

    monkeypatch.setattr(run, "selftest", pretend)
    assert main(["selftest"]) == code
    said = capsys.readouterr().out
    assert words in said
    assert "No way out. So it is." in said
    assert "\x1b" not in said
