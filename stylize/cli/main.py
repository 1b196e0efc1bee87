"""Which verb, and how every run ends: an exit code, and on failure one sentence on stderr."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from types import MappingProxyType
from typing import NoReturn

from stylize.cli.output import complain
from stylize.errors import StylizeError

VERBS = MappingProxyType(
    {
        "make": "make a picture from a photo",
        "styles": "list the styles",
        "engines": "list the engines and whether they are ready",
        "weights": "list, download, take over, check or remove what Stable Diffusion needs",
        "accessories": "list or search what can lie in the box",
        "inspect": "tell what a photo's file holds and who is in it; makes nothing",
        "redact": "make a copy of a photo without other people's faces, text and papers",
        "doctor": "look at this machine and say what to do",
        "selftest": "try the promises on this machine: nothing gets out, nothing stays, nothing is told",
        "ui": "start the page in the browser",
    }
)
INTERRUPTED = 130
UNEXPECTED = 1


class Parser(argparse.ArgumentParser):
    """Complains like the rest of the program."""

    as_json = False

    def error(self, message: str) -> NoReturn:
        if not self.as_json:
            self.print_usage(sys.stderr)
        complain("usage", f"{message}. See {self.prog} --help.", as_json=self.as_json)
        sys.exit(2)


def program() -> int:
    """What `stylize` on the command line is: `main` in a process of its own, which a verb may wall in for good."""
    return main(own_process=True)


def main(argv: Sequence[str] | None = None, *, own_process: bool = False) -> int:
    """Run one command and return its exit code: 0, or that of the error (see `stylize.errors`).

    `own_process`: nothing but this command runs in the process, so its network may be taken away.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    Parser.as_json = "--json" in words
    try:
        parser = _parser(words)
        args, rest = parser.parse_known_args(words)
        if args.verb is None:
            parser.print_help()
            return 0
        args.own_process = own_process
        if args.verb == "ui":
            args.words = rest
        elif rest:
            parser.error(f"there is no {rest[0].partition('=')[0]}")
        code = importlib.import_module(f"stylize.cli.{args.verb}").execute(args)
        sys.stdout.flush()
        return int(code)
    except StylizeError as problem:
        complain(problem.slug, str(problem), as_json=Parser.as_json)
        return problem.exit_code
    except KeyboardInterrupt:
        complain("cancelled", "Stopped, as you asked. Nothing was kept.", as_json=Parser.as_json)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output left; nothing can be told to it any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNEXPECTED
    except Exception as problem:  # the details may hold what is the user's: only the kind is told, unless they ask
        if "--traceback" in words:
            traceback.print_exc()
        sentence = (
            f"Something went wrong inside Stylize ({type(problem).__name__}). No file was written. Please report it."
        )
        complain("unexpected", sentence, as_json=Parser.as_json)
        return UNEXPECTED


def _parser(words: Sequence[str]) -> Parser:
    """Every verb by name, but the arguments only of the one that is said: theirs may need imports."""
    parser = Parser(
        prog="stylize",
        description="Turn a selfie into a boxed action figure or a painted portrait, on this machine and nowhere else.",
        epilog="example: stylize make selfie.jpg --style action-figure --name Ada --accessory camera --out ada.png",
    )
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and leave")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", title="commands")
    said = next((word for word in words if word in VERBS), None)
    for verb, summary in VERBS.items():
        own = verbs.add_parser(verb, help=summary, description=summary[0].upper() + summary[1:] + ".")
        own.add_argument("--json", action="store_true", help="print JSON for programs instead of text for people")
        own.add_argument("--traceback", action="store_true", help=argparse.SUPPRESS)
        if verb == said:
            importlib.import_module(f"stylize.cli.{verb}").add_arguments(own)
    return parser


class Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print("stylize", version("stylize"))
        parser.exit()
