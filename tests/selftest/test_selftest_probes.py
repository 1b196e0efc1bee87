"""The probes' own honesty: only what arrived counts, and a probe that dies or hangs ends nothing but itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the probes need fork")

TRIAL = """
import json, os, signal, socket, sys, time
from dataclasses import asdict
from stylize.selftest.courier import open_courier
from stylize.selftest.sinks import Hosts, open_sinks
from stylize.selftest.trial import Layer, try_all
from stylize.selftest.ways import NotHere, Way
import stylize.selftest.trial as trial

trial.WAY_SECONDS = 2.0
trial.ARRIVAL_SECONDS = 1.0

def honest(errand):
    with socket.create_connection(errand.targets.tcp4) as wire:
        wire.sendall(errand.mark)
    return ""

def another_mark(errand):
    with socket.create_connection(errand.targets.tcp4) as wire:
        wire.sendall(b"stylize0123456789abcdef")
    return ""

def lacking(errand):
    raise NotHere("no such thing")

def fatal(errand):
    os.kill(os.getpid(), signal.SIGSEGV)

def arrived_and_fell(errand):
    honest(errand)
    raise OSError("but I say that it failed")

goes = {
    "honest": honest, "liar": lambda errand: "", "another": another_mark, "lacking": lacking, "fatal": fatal,
    "hanging": lambda errand: time.sleep(30), "arrived": arrived_and_fell,
}
ways = [Way(slug=slug, sentence=slug, go=go) for slug, go in goes.items()]
def refuse(listeners, early):
    raise OSError("this layer cannot be put up")
layers = (Layer(name="none"), Layer(name="refused", late=refuse))
with open_sinks(Hosts()) as sinks, open_courier(sinks.targets) as courier:
    print(json.dumps([asdict(try_all(ways, layer, sinks, courier)) for layer in layers]))
"""


@pytest.fixture(scope="module")
def columns() -> list[dict[str, Any]]:
    run = subprocess.run([sys.executable, "-c", TRIAL], capture_output=True, text=True, timeout=120, check=True)
    return list(json.loads(run.stdout))


@pytest.fixture(scope="module")
def results(columns: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {result["slug"]: result for result in columns[0]["results"]}


def test_what_arrived_counts_whatever_the_probe_says(results: dict[str, dict[str, Any]]) -> None:
    assert results["honest"]["reached"]
    assert results["arrived"]["reached"]


@pytest.mark.parametrize("slug", ["liar", "another"])
def test_what_did_not_arrive_does_not_count(results: dict[str, dict[str, Any]], slug: str) -> None:
    assert not results[slug]["reached"]
    assert results[slug]["why"] == "sent, but never received"


def test_what_the_machine_lacks_is_absent_not_blocked(results: dict[str, dict[str, Any]]) -> None:
    assert results["lacking"] == {"slug": "lacking", "reached": False, "absent": True, "why": "no such thing"}


def test_a_probe_that_dies_or_hangs_ends_nothing_else(columns: list[dict[str, Any]]) -> None:
    results = {result["slug"]: result for result in columns[0]["results"]}
    assert results["fatal"]["why"] == "killed by signal 11"
    assert results["hanging"]["why"] == "nothing came of it in time"
    assert len(results) == 7
    assert columns[0]["answers"]


def test_a_layer_that_cannot_be_put_up_has_no_results(columns: list[dict[str, Any]]) -> None:
    assert columns[1]["failure"] == "OSError: this layer cannot be put up"
    assert not columns[1]["results"]
    assert not columns[1]["answers"]


def test_the_sinks_and_the_courier_end_with_their_block() -> None:
    script = """
import os
from stylize.selftest.courier import open_courier
from stylize.selftest.sinks import Hosts, open_sinks
with open_sinks(Hosts()) as sinks, open_courier(sinks.targets) as courier:
    folder = os.path.dirname(sinks.targets.drop)
    assert os.path.isdir(folder)
    os.kill(courier.pid, 0)
assert not os.path.exists(folder)
try:
    os.kill(courier.pid, 0)
except ProcessLookupError:
    print("gone")
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "gone"
