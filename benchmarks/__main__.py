"""python -m benchmarks [--against OTHER_CHECKOUT] [--photo FILE]: each engine of the package, cold, warm and peak memory.

With --against, the same scenarios run on another checkout of Stylize in turns with this one, and the table shows the
ratio: that is the figure to quote, since it does not depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
SCENARIOS = (("figure", "action-figure"), ("painting", "painted-anime"))


def measure(checkout: Path, photo: Path, engine: str, style: str, repeats: int) -> dict[str, float]:
    """Run one scenario of `checkout` in a fresh process. Raises CalledProcessError when it fails."""
    done = subprocess.run(
        [sys.executable, str(HERE / "scenario.py"), str(photo), engine, style, str(repeats)],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--photo", type=Path, default=ROOT / "tests/data/portraits/astronaut.jpg")
    parser.add_argument("--against", type=Path, help="another checkout to compare with")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()

    print("| engine | cold s | warm s | peak MiB | warm, by stage | warm vs other |")
    print("|---|---|---|---|---|---|")
    for engine, style in SCENARIOS:
        ours = measure(ROOT, args.photo.resolve(), engine, style, args.repeats)
        ratio = "-"
        if args.against:
            theirs = measure(args.against.resolve(), args.photo.resolve(), engine, style, args.repeats)
            ratio = f"{ours['warm_seconds'] / theirs['warm_seconds']:.2f}"
        stages = " ".join(f"{k} {v}" for k, v in dict(ours["stages"]).items())  # type: ignore[call-overload]
        print(
            f"| {engine} | {ours['cold_seconds']:.2f} | {ours['warm_seconds']:.2f} | {ours['peak_mib']:.0f} | {stages} | {ratio} |"
        )


if __name__ == "__main__":
    main()
