"""stylize selftest: are the promises kept on this very machine?"""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from dataclasses import asdict

from stylize.cli.output import say_json
from stylize.selftest.proof import Proof, Verdict

MARKS = {
    "passed": ("\x1b[32m✓\x1b[0m", "ok"),
    "failed": ("\x1b[31m✗\x1b[0m", "FAILED"),
    "untested": ("\x1b[33m?\x1b[0m", "?"),
}
BROKEN_PROMISE = 8
INTRODUCTION = (
    "Stylize tries its promises on this machine, with a photo of its own. Nothing is sent anywhere: every probe aims at "
    "a listener that this test itself has opened on this machine. It takes under a minute."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Exit code 0: every proof passed. 8: one failed, or could not be tested here."


def execute(args: argparse.Namespace) -> int:
    """Run all proofs, telling each as soon as it is there."""
    from stylize.privacy import lock_down
    from stylize.selftest.run import selftest

    lock_down()
    if not args.json:
        print(textwrap.fill(INTRODUCTION, 96), flush=True)
    verdict = selftest((lambda _proof: None) if args.json else _say)
    if args.json:
        say_json({"passed": verdict.passed, **asdict(verdict)})
    else:
        _conclude(verdict)
    return 0 if verdict.passed else BROKEN_PROMISE


def _say(proof: Proof) -> None:
    coloured, plain = MARKS[proof.standing]
    mark = coloured if _colours() else f"[{plain}]"
    print(f"\n{mark} {proof.promise}. {proof.headline} ({proof.seconds:.0f} s)")
    for line in proof.evidence:
        print(textwrap.fill(line, 100, initial_indent="    - ", subsequent_indent="      "))
    sys.stdout.flush()


def _conclude(verdict: Verdict) -> None:
    counted = {standing: sum(proof.standing == standing for proof in verdict.proofs) for standing in MARKS}
    if verdict.passed:
        print("\nVerdict: every promise was kept on this machine, and every control tripped as it should.")
    elif counted["failed"]:
        print("\nVerdict: NOT PASSED. A promise was not kept on this machine; do not use photos that matter here.")
    else:
        print("\nVerdict: NOT PASSED. Something could not be tested here, so it is not proven.")


def _colours() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
