"""How long until the page answers, until it is ready, and until the model behind it is: with weights and without.

    python -m benchmarks.opening [--weights PLACE] [--rounds 3]

port: the address is printed. ready: the real page is answered instead of the one that waits. warm: a model that lies at
PLACE is loaded, behind the page. Wall seconds, and beside them the CPU seconds that the process had used by then, which
bear other programs on the same cores. Medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

from tests.ui.conftest import start

TICKS = os.sysconf("SC_CLK_TCK")
QUIET_SECONDS = 3.0
"""A process that has used next to nothing for so long has nothing left to load."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    choice = parser.parse_args()
    ways: dict[str, tuple[str, ...]] = {"without weights": ()}
    if choice.weights:
        ways["with weights"] = ("--weights", str(choice.weights.absolute()))
    taken: dict[str, list[dict[str, tuple[float, float]]]] = {name: [] for name in ways}
    for _ in range(choice.rounds):
        for name, flags in ways.items():
            taken[name].append(once(flags))
    print("| | port, s | CPU s | ready, s | CPU s | warm, s | CPU s |\n|---|---|---|---|---|---|---|")
    for name, rounds in taken.items():
        cells = [
            f"{statistics.median(r[event][clock] for r in rounds):.2f}"
            for event in ("port", "ready", "warm")
            for clock in (0, 1)
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def once(flags: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """(wall, CPU) seconds of each event of one start."""
    begun = time.perf_counter()
    page = start(*flags)

    def now() -> tuple[float, float]:
        return time.perf_counter() - begun, used(page.process.pid)

    told = {"port": now()}
    page.open()
    told["ready"] = now()
    told["warm"] = now()
    while time.perf_counter() - begun < told["warm"][0] + QUIET_SECONDS:
        time.sleep(0.2)
        if used(page.process.pid) - told["warm"][1] > 0.1:
            told["warm"] = now()
    page.stop()
    return told


def used(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
