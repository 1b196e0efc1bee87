"""stylize weights import: by a reference where they lie, or by a copy from what is taken out again."""

from __future__ import annotations

import argparse
import functools
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from stylize.cli.output import printable, say_json, say_table
from stylize.cli.weights import home_of
from stylize.errors import UnknownChoice, WeightsNotOnDisk
from stylize.weights.bring import bring, known_as
from stylize.weights.catalog import gigabytes
from stylize.weights.find import is_removable, look_through, usual_places
from stylize.weights.kinds import Found, recognise
from stylize.weights.line import Line
from stylize.weights.lock import Installed


def bring_in(args: argparse.Namespace) -> int:
    """Find, choose, take over, say what it is."""
    home = home_of(args)
    found = _in_usual_places(args) if args.find else _at(args.path)
    if not found:
        raise WeightsNotOnDisk
    chosen = _choose(args, found)
    taken = []
    for one in chosen:
        copy = args.copy or is_removable(one.place)
        line, what = Line(), ("copying " if copy else "reading ") + one.name
        try:
            taken.append(bring(one, home, copy=copy, hear=functools.partial(line.show, what)))
        finally:
            line.wipe()
        if not args.json:
            _say(taken[-1])
    if args.json:
        say_json({"imported": [{"part": part.slug, "origin": part.origin, "roles": part.roles} for part in taken]})
    return 0


def _at(path: Path | None) -> list[Found]:
    """A model, a file, or everything below a folder. Raises what is wrong with a single one."""
    if path is None or not path.exists():
        raise WeightsNotOnDisk
    if path.is_file() or (path / "model_index.json").is_file():
        return [recognise(path.absolute())]
    below = [*look_through(path.absolute())]
    if not below and (path / "config.json").is_file():
        return [recognise(path.absolute())]
    return below


def _in_usual_places(args: argparse.Namespace) -> list[Found]:
    found = []
    for program, place in usual_places():
        here = [*look_through(place)]
        if not args.json:
            print(f"{program}, {printable(str(place))}: {len(here)} usable")
        found += here
    return found


def _choose(args: argparse.Namespace, found: Sequence[Found]) -> Sequence[Found]:
    """All, those that are named, the only one, or those that the user picks. Raises UnknownChoice."""
    names = {one.name for one in found}
    if args.only:
        if not set(args.only) <= names:
            raise UnknownChoice(kind="model in that folder", choices=", ".join(sorted(map(printable, names))[:30]))
        return [one for one in found if one.name in args.only]
    if args.all or len(found) == 1:
        return found
    say_table([(f"{number:>4}", *_row(one)) for number, one in enumerate(found, start=1)])
    if not sys.stdin.isatty() or args.json:
        raise UnknownChoice(kind="answer without a terminal", choices="--all, or --only NAME")
    answer = input("Which? Numbers, or all: ")
    if answer.strip().lower() in ("all", "alle"):
        return found
    numbers = {int(number) for number in re.findall(r"\d+", answer)}
    return [one for number, one in enumerate(found, start=1) if number in numbers]


def _row(one: Found) -> tuple[str, ...]:
    size = gigabytes(sum(path.stat().st_size for path in one.files))
    return size, f"{', '.join(one.roles)} for {', '.join(one.families)}", printable(one.name)


def _say(part: Installed) -> None:
    how = "copied and read back" if part.origin == "copied" else "used where it lies"
    print(f"{part.slug}: {', '.join(part.roles)} for {', '.join(part.families)}, {gigabytes(part.size_bytes)}, {how}")
    if title := known_as(part):
        print(f"  its SHA-256 is that of {title} in the catalog")
