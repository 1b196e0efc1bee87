"""The wall around the command line: the photo is opened in a darkroom, and from then on nothing here can reach out."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from stylize.evidence import Evidence
from stylize.photo.darkroom import Darkroom
from stylize.pipeline import Read
from stylize.privacy import wall, witness


@dataclass(frozen=True, kw_only=True, slots=True)
class Walled:
    """What a verb needs behind the wall: `read` opens photos, `close` takes the network away, `evidence` tells of it."""

    read: Read
    close: Callable[[], None]
    evidence: Callable[[], Evidence]


def add_wall(parser: argparse.ArgumentParser) -> None:
    """--without-wall."""
    parser.add_argument(
        "--without-wall",
        action="store_true",
        help="go on even if the system cannot take the network away from this program; the receipt will say so",
    )


@contextmanager
def walled(args: argparse.Namespace) -> Iterator[Walled]:
    """A darkroom, and the wall, which `close` shuts for good.

    The wall cannot be taken down again, so it is only built by a program that is ours alone (`args.own_process`), not
    where another one calls `main()`. Raises WallMissing in `close` where it cannot be had, unless --without-wall.
    """
    if args.own_process:
        witness.watch()
    foundations = wall.Foundations(parts=())  # the result must be written: the disk stays open
    standing = wall.no_wall(foundations)

    def close() -> None:
        nonlocal standing
        if args.own_process and not args.without_wall:
            standing = wall.raise_wall(foundations)

    with Darkroom(walled=not args.without_wall) as darkroom:
        yield Walled(read=darkroom.read, close=close, evidence=lambda: wall_evidence(standing))


def wall_evidence(standing: wall.Wall) -> Evidence:
    """What the receipt tells of the wall."""
    return Evidence(
        wall=standing.level,
        wall_parts=tuple((part.name, part.stands) for part in standing.parts),
        attempts=tuple((attempt.kind, attempt.library, attempt.count) for attempt in witness.attempts()),
    )
