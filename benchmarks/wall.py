"""What the wall and the darkroom cost: at the start, per call to the system, per photo.

    python -m benchmarks.wall            photos of tests/data; a minute

Each row compares the walled way with the bare one, taking turns in the same run. Reports medians and their ratio.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from stylize import photo
from stylize.photo.darkroom import Darkroom

ROUNDS = 9
PORTRAITS = Path(__file__).parents[1] / "tests" / "data" / "portraits"
START = """
import json, os, time
from stylize.privacy import lock_down, wall
lock_down()
def syscalls(count=200_000):
    begun = time.perf_counter()
    for _ in range(count):
        os.getppid()
    return (time.perf_counter() - begun) / count
bare = syscalls()
begun = time.perf_counter()
foundations = wall.foundations()
laid = time.perf_counter()
standing = wall.raise_wall(foundations)
raised = time.perf_counter()
print(json.dumps({"foundations": laid - begun, "lock": raised - laid, "bare": bare, "walled": syscalls()}))
"""


def main() -> None:
    start()
    photos()
    command_line()


def start() -> None:
    """Foundations and lock in fresh processes, and a cheap system call before and after."""
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", START])) for _ in range(ROUNDS)]
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print(f"foundations {1000 * median['foundations']:.2f} ms, lock {1000 * median['lock']:.2f} ms, once")
    each = 1e9 * (median["walled"] - median["bare"])
    print(f"a system call: {each:+.0f} ns, ratio {median['walled'] / median['bare']:.2f}")


def photos() -> None:
    """Reading a photo in a process of its own, against reading it here."""
    with Darkroom() as darkroom:
        begun = time.perf_counter()
        darkroom.wait()
        print(f"darkroom ready after {1000 * (time.perf_counter() - begun):.0f} ms, beside everything else")
        for path in sorted(PORTRAITS.glob("*.jpg")):
            data = path.read_bytes()
            ours, plain = turns(lambda data=data: darkroom.read(data), lambda data=data: photo.read(data))
            print(
                f"{path.stem}: {1000 * ours:.1f} ms in the darkroom, {1000 * plain:.1f} ms here: {ours - plain:+.4f} s"
            )


def command_line() -> None:
    """The whole command, walled and not."""
    source = str(PORTRAITS / "astronaut.jpg")

    def make(*more: str) -> Callable[[], object]:
        words = ["make", source, "--out", "-", "--engine", "figure", "--quiet", "--consent", *more]
        return lambda: subprocess.run([sys.executable, "-m", "stylize", *words], stdout=subprocess.DEVNULL, check=True)

    ours, plain = turns(make(), make("--without-wall"), rounds=5)
    print(f"stylize make: {ours:.2f} s walled, {plain:.2f} s without the wall, ratio {ours / plain:.3f}")


def turns(one: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median seconds of both, taking turns."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            begun = time.perf_counter()
            (one, other)[which]()
            spent[which].append(time.perf_counter() - begun)
    return statistics.median(spent[0]), statistics.median(spent[1])


if __name__ == "__main__":
    main()
