"""stylize weights verify and remove."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

from stylize.cli.output import printable, say_json
from stylize.cli.weights import home_of
from stylize.errors import NotConfirmed, WeightsDamaged
from stylize.weights.catalog import gigabytes
from stylize.weights.keep import Verdict, chosen, remove, throw_away, verify
from stylize.weights.line import Line
from stylize.weights.lock import Installed, is_whole, read_lock, waiting_bytes


def verify_all(args: argparse.Namespace) -> int:
    """0 if everything is what it was, else the exit code of damaged weights."""
    home = home_of(args)
    parts = chosen(home, tuple(args.names))
    line = Line()
    total, done = sum(part.size_bytes for part in parts), 0

    def heard(count: int) -> None:
        nonlocal done
        done += count
        line.show("reading", done, total)

    verdicts: list[Verdict] = []
    for part in parts:
        verdicts.append(verify(part, home, heard))
        line.wipe()
        if not args.json:
            _say(verdicts[-1], whole=is_whole(part, home))
    if args.json:
        say_json({"verified": [{"part": v.part.slug, "wrong": v.wrong} for v in verdicts]})
    elif not parts:
        print("Nothing is installed by pull or import. stylize weights list shows what can be.")
    return WeightsDamaged.exit_code if any(verdict.wrong for verdict in verdicts) else 0


def _say(verdict: Verdict, *, whole: bool) -> None:
    """`whole`: nothing is missing or too short, so `pull` would leave it, and `remove` knows its files."""
    part = verdict.part
    print(
        f"{part.slug}: "
        + (printable("; ".join(verdict.wrong)) or f"whole ({len(part.files)} files, {gigabytes(part.size_bytes)})")
    )
    if verdict.wrong:
        again = "pull it" if part.origin == "pulled" else "import it"
        if part.origin == "referenced":
            print(f"  {again} again")
        elif part.origin == "pulled" and not whole:
            print(f"  stylize weights pull {part.slug}")
        else:
            print(f"  stylize weights remove {part.slug}, then {again} again")


def remove_named(args: argparse.Namespace) -> int:
    """Ask, then delete what is ours to delete. Raises NotConfirmed."""
    home = home_of(args)
    waiting = {slug: size for slug, size in waiting_bytes(home).items() if slug in args.names}
    installed = read_lock(home).installed
    names = tuple(name for name in args.names if name in installed or name not in waiting)
    parts = chosen(home, names) if names else ()
    if not args.yes and not _asked(parts, waiting):
        raise NotConfirmed
    left = {part.slug: remove(part, home) for part in parts}
    for slug in waiting:
        throw_away(slug, home)
    if args.json:
        say_json(
            {
                "removed": [{"part": slug, "left": sentences} for slug, sentences in left.items()],
                "thrown_away": [*waiting],
            }
        )
        return 0
    for part in parts:
        forgotten = "forgotten; your file stays where it is" if part.origin == "referenced" else "removed"
        print(printable("; ".join([f"{part.slug}: {forgotten}", *left[part.slug]])))
    for slug, size in waiting.items():
        print(f"{slug}: the unfinished download was thrown away, {gigabytes(size)}")
    return 0


def _asked(parts: Sequence[Installed], waiting: Mapping[str, int]) -> bool:
    if not sys.stdin.isatty():
        return False
    for part in parts:
        what = "forget (your file stays)" if part.origin == "referenced" else f"delete {gigabytes(part.size_bytes)}"
        print(f"{part.slug}: {what}")
    for slug, size in waiting.items():
        print(f"{slug}: throw the unfinished download away, {gigabytes(size)}")
    try:
        return input("Remove? Type yes: ").strip().lower() in ("y", "yes", "j", "ja")
    except EOFError:
        return False
