"""stylize ui: the page, in a process of its own."""

from __future__ import annotations

import argparse
import subprocess
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "All other flags are handed on to the page: see python -m ui --help."


def execute(args: argparse.Namespace) -> int:
    """Run `python -m ui` until it ends, and end as it did. Ctrl-C reaches it too: it is in our group."""
    page = subprocess.Popen([sys.executable, "-m", "ui", *args.words])  # noqa: S603 - our own interpreter and module
    while True:
        try:
            return page.wait()
        except KeyboardInterrupt:  # the page tidies up and ends by itself
            continue
