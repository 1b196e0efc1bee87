"""stylize weights list."""

from __future__ import annotations

import argparse
from pathlib import Path

from stylize.cli.output import printable, say_json
from stylize.cli.weights import home_of
from stylize.weights.catalog import Part, Tier, catalog, gigabytes, tiers
from stylize.weights.lock import Installed, is_whole, read_lock, waiting_bytes


def list_all(args: argparse.Namespace) -> int:
    """Tiers with their parts, then what the user brought."""
    home = home_of(args)
    installed = read_lock(home).installed
    here = {slug for slug, part in installed.items() if is_whole(part, home)}
    yours = [part for slug, part in sorted(installed.items()) if slug not in catalog().parts]
    if args.json:
        say_json(
            {
                "folder": str(home),
                "tiers": [_tier_json(t, here) for t in tiers()],
                "yours": _yours(yours, here),
                "unfinished": waiting_bytes(home),
            }
        )
        return 0
    for tier in tiers():
        _say_tier(tier, here)
    if yours:
        print("Yours")
        for part in yours:
            _say_own(part, here)
        print()
    _say_folder(home, damaged=sorted(set(installed) - here))
    for slug, size in waiting_bytes(home).items():
        print(f"Unfinished: {slug}, {gigabytes(size)} are here. pull goes on with it, remove throws it away.")
    return 0


def _say_tier(tier: Tier, here: set[str]) -> None:
    missing = sum(part.size_bytes for part in tier.default if part.slug not in here)
    size = ("" if tier.size_is_exact else "about ") + gigabytes(tier.size_bytes)
    rest = "installed" if not missing else f"stylize weights pull {tier.slug}"
    if 0 < missing < tier.size_bytes:
        rest += f" (still {gigabytes(missing)})"
    print(f"{tier.slug}: {size}. {tier.sentence['en']}\n  {rest}")
    for title, parts in (("", tier.default), ("on request, by name", tier.optional)):
        if title:
            print(f"  {title}:")
        for part in parts:
            _say_part(part, installed=part.slug in here)
    print()


def _say_part(part: Part, *, installed: bool) -> None:
    mark = "x" if installed else " "
    size = ("" if part.size_is_exact else "~") + gigabytes(part.size_bytes)
    print(f"  [{mark}] {part.slug:<17}{size:>8}  {part.licence.title:<24}  {part.sentence['en']}")


def _say_own(part: Installed, here: set[str]) -> None:
    mark = "x" if part.slug in here else "!"
    for_ = ", ".join(part.families)
    roles = ", ".join(part.roles)
    print(f"  [{mark}] {part.slug:<17} {gigabytes(part.size_bytes):>8}  {part.origin}: {roles} for {for_}")


def _say_folder(home: Path, *, damaged: list[str]) -> None:
    print(f"[x] is installed, in {printable(str(home))}. Nothing is downloaded unless you say pull.")
    if damaged:
        print(f"Not whole any more: {', '.join(damaged)}. stylize weights verify tells why.")


def _tier_json(tier: Tier, here: set[str]) -> dict[str, object]:
    return {
        "tier": tier.slug,
        "family": tier.family,
        "bytes": tier.size_bytes,
        "exact": tier.size_is_exact,
        "default": [_part_json(part, here) for part in tier.default],
        "optional": [_part_json(part, here) for part in tier.optional],
    }


def _part_json(part: Part, here: set[str]) -> dict[str, object]:
    return {
        "part": part.slug,
        "title": part.title,
        "roles": part.roles,
        "bytes": part.size_bytes,
        "exact": part.size_is_exact,
        "licence": part.licence.slug,
        "licence_link": part.licence_link,
        "repository": part.repository,
        "revision": part.revision,
        "installed": part.slug in here,
    }


def _yours(parts: list[Installed], here: set[str]) -> list[dict[str, object]]:
    return [
        {
            "part": part.slug,
            "origin": part.origin,
            "roles": part.roles,
            "families": part.families,
            "bytes": part.size_bytes,
            "whole": part.slug in here,
        }
        for part in parts
    ]
