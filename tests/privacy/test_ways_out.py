"""No way out: every probe reaches its sink when nothing stops it, and none does behind the lock.

The probes run in a network namespace of their own that has nothing but `lo` (tests/privacy/columns.py). What a machine
lacks is told by the unlocked column: a way that does not work unlocked counts as not available, never as blocked.
`-s` prints the table of ways and layers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stylize.selftest.ways import WAYS

COLUMNS = Path(__file__).with_name("columns.py")
BESIDE = {way.slug for way in WAYS if way.beside}
PLAIN = {way.slug for way in WAYS if not way.needs}
ENOUGH = 25
WALLS = ["lock", "no landlock", "no spaces", "wall"]

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="the wall of other systems is tested elsewhere")]


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """{"root": columns, "nobody": columns} or {"skip": why}."""
    run = subprocess.run([sys.executable, COLUMNS], capture_output=True, text=True, timeout=280, check=True)
    assert not run.stderr, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(params=["root", "nobody"])
def columns(request: pytest.FixtureRequest, table: dict[str, Any]) -> dict[str, Any]:
    """Layer → its column, for one user."""
    if "skip" in table:
        pytest.skip(table["skip"])
    if request.param not in table:
        pytest.skip("only root can try as root")
    return {column["layer"]: column for column in table[request.param]}


def reached(column: dict[str, Any]) -> set[str]:
    return {result["slug"] for result in column["results"] if result["reached"]}


def test_the_table_is_long_enough() -> None:
    assert len(WAYS) >= 27
    assert len({way.slug for way in WAYS}) == len(WAYS)


def test_unlocked_the_probes_reach_their_sinks(columns: dict[str, Any]) -> None:
    out = reached(columns["unlocked"])
    assert len(out) >= ENOUGH
    broken = [result for result in columns["unlocked"]["results"] if result["slug"] in PLAIN - out]
    assert not broken, "probes that need nothing did not work"


@pytest.mark.parametrize("layer", WALLS)
def test_locked_none_does(columns: dict[str, Any], layer: str) -> None:
    column = columns[layer]
    assert column["failure"] == ""
    assert len(column["results"]) == len(WAYS)
    assert reached(column) - BESIDE == set()


@pytest.mark.parametrize("layer", ["no spaces", "wall"])
def test_with_landlock_files_are_no_way_either(columns: dict[str, Any], layer: str) -> None:
    """A kernel without it (before 5.13) leaves one or two: the screens, and for root the pipes, of other programs."""
    assert reached(columns["unlocked"]) >= BESIDE
    assert reached(columns[layer]) & BESIDE == set()


@pytest.mark.parametrize("layer", WALLS)
def test_locked_it_still_answers(columns: dict[str, Any], layer: str) -> None:
    assert columns[layer]["answers"]


def test_each_layer_alone_for_the_record(columns: dict[str, Any]) -> None:
    """What the parts are worth alone; only that none of them lets more out than no wall does is asserted."""
    print()
    print(f"{'':20}", *(f"{layer:>11}" for layer in columns))
    slugs = [way.slug for way in WAYS]
    by_layer = {layer: {r["slug"]: r for r in column["results"]} for layer, column in columns.items()}
    for slug in slugs:
        cells = [_cell(results.get(slug), by_layer["unlocked"][slug]) for results in by_layer.values()]
        print(f"{slug:20}", *(f"{cell:>11}" for cell in cells))
    print(f"{'reached':20}", *(f"{len(reached(column)):>11}" for column in columns.values()))
    for column in columns.values():
        assert reached(column) <= reached(columns["unlocked"])


def _cell(result: dict[str, Any] | None, unlocked: dict[str, Any]) -> str:
    if result is None:
        return "?"
    if not unlocked["reached"]:
        return "not here"
    return "REACHED" if result["reached"] else "-"
