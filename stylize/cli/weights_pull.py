"""stylize weights pull: show the licences, hear a yes, and let a process of its own do the download."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from stylize.cli.weights import home_of
from stylize.errors import DeclarationError, LicenceNotAccepted, UnknownChoice
from stylize.weights.catalog import Catalog, Licence, Part, catalog, gigabytes
from stylize.weights.declared import read_catalog
from stylize.weights.lock import Lock, is_whole, read_lock

FETCH = ("-P", "-m", "stylize.weights.fetch")


def pull(args: argparse.Namespace) -> int:
    """Returns the exit code of the download."""
    whole = _catalog(args)
    parts = choose(whole, args.names, everything=args.all)
    home = home_of(args)
    known = read_lock(home)
    here = [part for part in parts if is_here(part, known, home)]
    parts = tuple(part for part in parts if part not in here)
    if not args.json:
        _say_plan(parts, here)
    elif not parts:
        print(json.dumps({"pulled": [], "hosts": []}))
    if not parts:
        return 0
    accepted = accept(parts, args.accept_licence, known.accepted, may_ask=sys.stdin.isatty() and not args.json)
    order = {
        "parts": [part.slug for part in parts],
        "home": str(home),
        "accepted": dict(accepted),
        "allow_hosts": args.allow_host,
        "token_file": str(args.token_file) if args.token_file else None,
        "proxy": args.proxy,
        "catalog": str(args.catalog) if args.catalog else None,
        "json": args.json,
    }
    code = fetch(order)
    if code == 0 and not args.json:
        print("Done. stylize engines says whether everything is ready.")
    return code


def fetch(order: Mapping[str, object]) -> int:
    """Start the process, hand it the order, wait for it. Ctrl-C reaches it too, and it ends by itself then."""
    sys.stdout.flush()
    with subprocess.Popen([sys.executable, *FETCH], stdin=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        assert process.stdin is not None
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def choose(whole: Catalog, names: Sequence[str], *, everything: bool) -> tuple[Part, ...]:
    """The parts that tiers and names stand for, each once. Raises UnknownChoice.

    `everything`: with the optional parts of the tiers, but for other base models and unclear licences: those are named.
    """
    chosen: dict[str, Part] = {}
    for name in names:
        if name in whole.tiers:
            tier = whole.tiers[name]
            more = [part for part in tier.optional if part.licence.default and "base" not in part.roles]
            chosen |= {part.slug: part for part in (*tier.default, *(more if everything else ()))}
        elif name in whole.parts:
            chosen[name] = whole.parts[name]
        else:
            raise UnknownChoice(kind="tier or part", choices=", ".join((*whole.tiers, *whole.parts)))
    return tuple(chosen.values())


def is_here(part: Part, lock: Lock, home: Path) -> bool:
    """Installed at the catalog's revision, and every file as long as it was."""
    known = lock.installed.get(part.slug)
    return known is not None and known.revision == part.revision and is_whole(known, home)


def accept(
    parts: Sequence[Part], said: Sequence[str], before: Mapping[str, str], *, may_ask: bool
) -> Mapping[str, str]:
    """When each licence of the parts was accepted, by its slug: before, by --accept-licence, or now by a yes.

    One that is unclear is asked for every time. Raises LicenceNotAccepted for the first that is not, and UnknownChoice
    for a licence that does not exist.
    """
    licences = {part.licence.slug: part.licence for part in parts}
    known = {licence.slug for licence in catalog().licences.values()} | set(licences)
    for name in said:
        if name not in known:
            raise UnknownChoice(kind="licence", choices=", ".join(sorted(licences)))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    accepted = {slug: before[slug] for slug, licence in licences.items() if slug in before and licence.default}
    accepted |= {slug: now for slug in said if slug in licences and slug not in accepted}
    for slug, licence in licences.items():
        own = [part for part in parts if part.licence.slug == slug]
        if slug not in accepted:
            if not (may_ask and _ask(licence, own)):
                raise LicenceNotAccepted(title=licence.title, link=own[0].licence_link, licence=slug)
            accepted[slug] = now
    return accepted


def _ask(licence: Licence, parts: Sequence[Part]) -> bool:
    titles = ", ".join(part.title for part in parts)
    print(f"\nLicence: {licence.title}\n  for {titles}\n  {licence.sentence['en']}")
    for link in dict.fromkeys(part.licence_link for part in parts):
        print(f"  {link}")
    try:
        answer = input("Do you accept it? Type yes: ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes", "j", "ja")


def _say_plan(parts: Sequence[Part], here: Sequence[Part]) -> None:
    if here:
        print(f"Already here: {', '.join(part.slug for part in here)}")
    if not parts:
        return
    about = "" if all(part.size_is_exact for part in parts) else "about "
    print(f"To download: {about}{gigabytes(sum(part.size_bytes for part in parts))}")
    for part in parts:
        line = f"{part.title}, {gigabytes(part.size_bytes)}, {part.licence.title}. {part.sentence['en']} {part.licence_link}"
        print(
            textwrap.fill(
                line,
                100,
                initial_indent="  - ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )


def _catalog(args: argparse.Namespace) -> Catalog:
    if args.catalog is None:
        return catalog()
    try:
        return read_catalog(args.catalog.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise DeclarationError(name="catalog.toml", why="it cannot be read") from None
