"""stylize styles: what can be made."""

from __future__ import annotations

import argparse

from stylize.cli.common import add_settings, settings_of
from stylize.cli.output import say_json, say_table
from stylize.engines.registry import check_settings
from stylize.styles import load_styles
from stylize.styles.reader import LANGUAGES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    add_settings(parser)


def execute(args: argparse.Namespace) -> int:
    """List every style with the engines that can do it."""
    styles = load_styles(settings_of(args).styles, check=check_settings).values()
    if args.json:
        say_json(
            [
                {
                    "slug": style.slug,
                    "title": style.title[args.language],
                    "description": style.description[args.language],
                    "tagline": style.tagline[args.language],
                    "boxed": style.boxed,
                    "engines": list(style.engines),
                }
                for style in styles
            ]
        )
    else:
        say_table([(s.slug, ", ".join(s.engines), s.description[args.language]) for s in styles])
    return 0
