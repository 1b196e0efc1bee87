"""The first proof: no probe gets out from behind the wall, and the same probes do without it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from stylize.selftest.columns import LOCK, UNLOCKED, WALL
from stylize.selftest.proof import Proof, Standing
from stylize.selftest.ways import WAYS

PROMISE = "No way out"
COMMAND = (sys.executable, "-m", "stylize.selftest.columns")
LEAST = 10
"""So many ways must work without the wall, or the probes are broken rather than stopped."""
PARTS = {LOCK: "with the lock on system calls alone", WALL: "with the whole wall, as around the page"}


def prove(command: Sequence[str] = COMMAND) -> Proof:
    """Run the columns in a process of their own and judge them."""
    start = time.monotonic()
    try:
        run = subprocess.run(command, check=False, capture_output=True, timeout=120, stdin=subprocess.DEVNULL)  # noqa: S603
        told = json.loads(run.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError):
        told = {}
    standing, headline, evidence = judge(told)
    return Proof(
        promise=PROMISE,
        standing=standing,
        headline=headline,
        evidence=tuple(evidence),
        seconds=time.monotonic() - start,
    )


def judge(told: dict[str, Any]) -> tuple[Standing, str, list[str]]:
    """What `stylize.selftest.columns` printed → standing, headline, evidence."""
    columns = {column["layer"]: column for column in told.get("columns", ())}
    if UNLOCKED not in columns or WALL not in columns:
        return "untested", f"Could not be tested here: {told.get('lacks', 'the probes died')}.", []
    out = _reached(columns[UNLOCKED])
    absent = len(WAYS) - len(out)
    control = f"control: without the wall {len(out)} of {len(WAYS)} ways get out, as the sinks at the other end saw"
    evidence = [f"{control} ({absent} cannot be tried on this machine by this user)"]
    if len(out) < LEAST:
        return "untested", f"Could not be tested here: only {len(out)} probes work without the wall.", evidence
    for layer in (LOCK, WALL):
        if layer not in columns:
            continue
        column = columns[layer]
        if column["failure"]:
            return "failed", f"The wall cannot be built here: {column['failure']}", evidence
        escaped = _escaped(column, layer)
        tried = len([way for way in WAYS if way.slug in out and (layer == WALL or not way.beside)])
        evidence.append(f"{PARTS[layer]}: {len(escaped)} of {tried} got out")
        if escaped:
            evidence += [f"got out: {way.sentence}" for way in WAYS if way.slug in escaped]
            return "failed", f"{len(escaped)} ways out are open behind the wall.", evidence
        if len(column["results"]) != len(WAYS) or not column["answers"]:
            return "untested", "Could not be tested here: the walled process died.", evidence
        evidence[-1] += ", and the page still answered"
    return "passed", f"Nothing gets out: 0 of {len(out)} ways.", evidence


def _reached(column: dict[str, Any]) -> set[str]:
    return {result["slug"] for result in column["results"] if result["reached"]}


def _escaped(column: dict[str, Any], layer: str) -> set[str]:
    """The lock alone does not guard files; the foundations do."""
    beside = {way.slug for way in WAYS if way.beside}
    return _reached(column) - (beside if layer == LOCK else set())
