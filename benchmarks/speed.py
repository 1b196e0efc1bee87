"""Stable Diffusion at its real size on this machine, ours against plain diffusers, in turns: S1 to S7.

    python -m benchmarks.speed FOLDER [--size 512] [--rounds 1] [--runner openvino]

FOLDER takes a checkpoint of random weights (2.1 GB, made once) and a tiny decoder. Each contestant is a process of its
own, so that each has the C library's heap and the pages it would have; they never work at the same time. CPU seconds
(user and system) are told beside wall seconds: they bear other programs on the same cores. The nets are timed one by one,
so that plans with more steps can be worked out. Random weights: the arithmetic is real, the pictures are noise.

S1 the first picture of a photo. S2 another seed. S3 another style: new words, same photo. S4 four seeds, each of the
four. S5 quick: 4 evaluations without guidance, full decoder. S6 quick with the tiny decoder. S7 DeepCache.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.contestant import MOST_QUICK

QUICK_EVALUATIONS = 4
"""Of 8 steps at strength 0.5."""

USUAL_EVALUATIONS = 16
"""What the styles ask for: 30 steps at strength 0.55."""


class Contestant:
    """A process that makes pictures when told to."""

    def __init__(self, who: str, folder: Path, size: int, evaluations: int, runner: str) -> None:
        command = [sys.executable, "-m", "benchmarks.contestant", who, str(folder), str(size), str(evaluations), runner]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.loaded = self._hear()

    def make(self, scenario: str) -> dict[str, float]:
        """Seconds by net and in all: {"wall": …, "cpu": …, "unet": …, "encoder": …, "decoder": …, "text": …}."""
        assert self._process.stdin is not None
        print(scenario, file=self._process.stdin, flush=True)
        return self._hear()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _hear(self) -> dict[str, float]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                told: dict[str, float] = json.loads(line)
                return told
        raise SystemExit("a contestant gave up")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--evaluations", type=int, default=2, help="of the plans that are run; more are worked out")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--runner", choices=("torch", "openvino"), default="torch", help="of ours")
    choice = parser.parse_args()
    from benchmarks.contestant import MULTIPLIED_TFLOP, arithmetic, write

    write(choice.folder)
    plain, ours = (
        Contestant(who, choice.folder, choice.size, choice.evaluations, choice.runner) for who in ("plain", "ours")
    )
    print(f"load, CPU s: plain {plain.loaded['cpu']:.1f}, ours with digest {ours.loaded['cpu']:.1f}", flush=True)
    if choice.runner == "openvino":
        print("ours, with the net being made", json.dumps(ours.make("S1")), flush=True)
    spent: dict[tuple[str, str], dict[str, float]] = {}
    rounds = (("plain", plain, "S1"), ("ours", ours, "S1"), ("ours", ours, "S2"), ("ours", ours, "S6"))
    for _ in range(choice.rounds):
        for who, contestant, scenario in rounds:
            told = contestant.make(scenario)
            print(who, scenario, json.dumps({name: round(value, 2) for name, value in told.items()}), flush=True)
            known = spent.get((who, scenario))
            spent[who, scenario] = told if known is None or told["cpu"] < known["cpu"] else known
    best = MULTIPLIED_TFLOP / min(ours.make("multiply")["cpu"] for _ in range(3))
    for contestant in (plain, ours):
        contestant.close()
    tell(spent, choice.evaluations, {name: each / best for name, each in arithmetic(choice.size).items()})


def tell(spent: dict[tuple[str, str], dict[str, float]], few: int, floor: dict[str, float]) -> None:
    """The tables. What was not run is the sum of the nets that were. `floor`: CPU seconds of each net, one row, if these
    cores did nothing but multiply.
    """
    p, first, again, quick = (spent[key] for key in (("plain", "S1"), ("ours", "S1"), ("ours", "S2"), ("ours", "S6")))
    two, one = again["unet"] / few, quick["unet"] / (2 * min(few, MOST_QUICK))
    plain_two = p["unet"] / few
    plain_one = plain_two * one / two
    rest = max(0.0, again["cpu"] - again["unet"] - again["decoder"])
    both = p["text"] + p["encoder"] + p["decoder"]

    def plain(evaluations: float, each: float) -> float:
        return both + evaluations * each + rest

    def ours(evaluations: float, each: float, decoder: float, *more: float) -> float:
        return sum(more) + evaluations * each + decoder + rest

    text, encode, decode, tiny = first["text"], first["encoder"], again["decoder"], quick["decoder"]
    usual, fast = USUAL_EVALUATIONS, QUICK_EVALUATIONS
    rows: list[tuple[str, float, float, str]] = [
        (f"S1 first picture, {few} evaluations", p["cpu"], first["cpu"], "measured"),
        (f"S2 another seed, {few} evaluations", p["cpu"], again["cpu"], "measured"),
        (f"S3 another style, {few} evaluations", p["cpu"], again["cpu"] + text, "sum"),
        (f"S4 four seeds, each, {few} evaluations", p["cpu"], (first["cpu"] + 3 * again["cpu"]) / 4, "sum"),
        (
            f"S1 first picture, {usual} evaluations",
            plain(usual, plain_two),
            ours(usual, two, decode, text, encode),
            "sum",
        ),
        (f"S2 another seed, {usual} evaluations", plain(usual, plain_two), ours(usual, two, decode), "sum"),
        ("S2 another seed, 1 evaluation, no guidance", plain(1, plain_one), ours(1, one, decode), "sum"),
        ("S5 quick, same plan", plain(fast, plain_one), ours(fast, one, decode), "sum"),
        (f"S5 quick, against {usual} evaluations", plain(usual, plain_two), ours(fast, one, decode), "sum"),
        (f"S6 quick, tiny decoder, against {usual}", plain(usual, plain_two), ours(fast, one, tiny), "sum"),
    ]
    for interval in (2, 3):
        whole = -(-usual // interval)
        like = whole + (usual - whole) * floor["deepcache"] / floor["unet"]
        mine = ours(like, two, decode)
        name = f"S7 DeepCache, interval {interval}, {usual} evaluations"
        rows.append((name, plain(usual, plain_two), mine, "from its arithmetic"))
    print("| scenario | plain diffusers, CPU s | ours, CPU s | faster | |\n|---|---|---|---|---|")
    for name, theirs, mine, how in rows:
        print(f"| {name} | {theirs:.1f} | {mine:.1f} | {theirs / mine:.2f}x | {how} |")
    nets = (
        ("UNet, two rows", f"{plain_two:.2f}", two, f"{2 * floor['unet']:.2f}"),
        ("UNet, one row", "", one, f"{floor['unet']:.2f}"),
        ("VAE reads", f"{p['encoder']:.2f}", encode, f"{floor['encoder']:.2f}"),
        ("VAE decodes", f"{p['decoder']:.2f}", decode, f"{floor['decoder']:.2f}"),
        ("tiny decoder, with sketches", "", tiny, ""),
        ("text", f"{p['text']:.2f}", text, ""),
    )
    print("\n| net, CPU s | plain | ours | nothing but products |\n|---|---|---|---|")
    for net, before, now, least in nets:
        print(f"| {net} | {before} | {now:.2f} | {least} |")


if __name__ == "__main__":
    main()
