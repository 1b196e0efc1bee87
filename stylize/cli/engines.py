"""stylize engines: who can make pictures here, and what is missing for the others."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from stylize.cli.common import add_settings, settings_of
from stylize.cli.output import say_json, say_table
from stylize.engines.registry import third_party
from stylize.workshop import Workshop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings(parser)


def execute(args: argparse.Namespace) -> int:
    """List every engine; those of other packages by name only, since nothing of theirs is imported unasked."""
    with Workshop(settings_of(args)) as workshop:
        able = workshop.capabilities()
        can = {c.name: [s.slug for s in workshop.styles.values() if c.name in s.engines] for c in able}
    others = sorted(third_party())
    if args.json:
        say_json({"engines": [{**asdict(c), "styles": can[c.name]} for c in able], "third_party": others})
        return 0
    say_table([(c.name, "ready" if c.ready else "not ready", c.why or "does " + ", ".join(can[c.name])) for c in able])
    if others:
        print("from other packages: " + ", ".join(others))
    return 0
