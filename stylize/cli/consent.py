"""Whether the person in the photo agrees: said by --consent, or asked on the terminal. Silence is no yes."""

from __future__ import annotations

import argparse
import sys
from types import MappingProxyType

from stylize.cli.files import STREAM
from stylize.errors import Cancelled, ConsentMissing
from stylize.request import Consent

ANSWERS = MappingProxyType(
    {
        **dict.fromkeys(("y", "yes"), Consent.GIVEN),
        **dict.fromkeys(("g", "guardian"), Consent.GUARDIAN),
    }
)
QUESTION = """Is the person in the photo happy to be made into a picture?
  y  yes, a grown-up: this is me, or this person agreed
  g  yes, somebody under 18: I am the parent or guardian, or have their word
  N  no, stop here
[y/g/N] """


def add_consent(parser: argparse.ArgumentParser) -> None:
    """--consent, and as a word of its own --consent=guardian: so the flag alone never takes the next word, a photo maybe,
    for what it says.
    """
    group = parser.add_argument_group("the person in the photo", "asked on the terminal unless one of these is said")
    group.add_argument(
        "--consent",
        action="store_const",
        const=Consent.GIVEN,
        help="this is me, or this person agreed, and is grown up",
    )
    group.add_argument(
        "--consent=guardian",
        dest="consent",
        action="store_const",
        const=Consent.GUARDIAN,
        help="somebody under 18: I am the parent or guardian, or have their word",
    )


def check_consent(args: argparse.Namespace) -> None:
    """Raises ConsentMissing where it was not said and nobody can be asked."""
    if args.consent is None and not _somebody(args):
        raise ConsentMissing


def ask_consent(args: argparse.Namespace) -> Consent:
    """What was said, or is said now. Raises Cancelled unless it is a yes, ConsentMissing where nobody can be asked."""
    check_consent(args)
    if args.consent is not None:
        return Consent(args.consent)
    print(QUESTION, end="", file=sys.stderr, flush=True)
    answer = ANSWERS.get(sys.stdin.readline().strip().lower())
    if answer is None:
        raise Cancelled
    return answer


def _somebody(args: argparse.Namespace) -> bool:
    """Whether there are hands at a terminal; where the photo comes down the same line there are none."""
    return args.photo != STREAM and sys.stdin is not None and sys.stdin.isatty()
