"""stylize accessories: what can lie in the box."""

from __future__ import annotations

import argparse

from stylize.cli.output import say_json, say_table
from stylize.styles.reader import LANGUAGES
from stylize.toybox.accessories import search_accessories


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="search, in English or German; all of them unless said"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def execute(args: argparse.Namespace) -> int:
    """List them, best match first. Exit code 1 when nothing matches."""
    toys = search_accessories(" ".join(args.words), args.language)
    if args.json:
        say_json(
            [
                {"slug": t.slug, "en": t.english, "de": t.german, "category": t.category, "licence": t.licence}
                for t in toys
            ]
        )
    elif toys:
        say_table([(t.slug, t.name(args.language), t.category) for t in toys])
    else:
        print("Nothing of that name. Say stylize accessories to see them all.")
    return 0 if toys else 1
