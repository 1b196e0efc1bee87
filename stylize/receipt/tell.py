"""The receipt as JSON and in words: words.toml. Neither tells more than `Receipt` holds."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from textwrap import fill
from types import MappingProxyType

from stylize.errors import UnknownChoice
from stylize.models import Receipt

SCHEMA = "stylize-receipt/1"
WIDTH = 78
COLUMN = 42

_PAIRS = ("denoise", "durations_seconds", "found_groups", "hidden", "other_digests", "versions", "wall_parts")
"""Fields that are (name, value) pairs: a table in JSON."""


def to_json(receipt: Receipt) -> str:
    """One JSON document, keys sorted; "schema" says how it is to be read. Equal receipts, equal texts."""
    told: dict[str, object] = {"schema": SCHEMA, **asdict(receipt), "attempts_seen": receipt.attempts_seen}
    for name in _PAIRS:
        told[name] = dict(getattr(receipt, name))
    told["attempts"] = [
        {"kind": kind, "library": library, "count": count} for kind, library, count in sorted(receipt.attempts)
    ]
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def languages() -> tuple[str, ...]:
    """The languages of `to_text`."""
    return tuple(_words())


def to_text(receipt: Receipt, language: str = "en") -> str:
    """The same for people, in lines of at most 78 letters. UnknownChoice for a language that is not in words.toml."""
    if language not in _words():
        raise UnknownChoice(kind="language of the receipt", choices=", ".join(_words()))
    say = _words()[language]
    parts = (
        _title(say["title"]) + _paragraph(say["intro"]),
        _part(say, "made", _made(receipt, say)),
        _part(say, "wall", _wall(receipt, say)),
        _part(say, "left", _left(receipt, say)),
        _part(say, "file", _file(receipt, say)),
        _part(say, "versions", _rows(receipt.versions)),
    )
    return "\n".join(parts)


def _made(receipt: Receipt, say: Mapping[str, str]) -> str:
    seconds = [(say.get(f"stage.{stage}", stage), took) for stage, took in receipt.durations_seconds]
    whole = sum(took for _, took in seconds)
    rows = [
        (say["style"], receipt.style),
        (say["engine"], receipt.engine),
        (say["weights"], receipt.weights_digest or say["no_weights"]),
        (say["seed"], str(receipt.seed)),
        (say["consent"], say.get(f"consent.{receipt.consent}", receipt.consent)),
        *([(say["denoise"], "")] if receipt.denoise else []),
        *((f"  {name}", value) for name, value in receipt.denoise),
        *([(say["painted_toys"], str(receipt.painted_toys))] if receipt.painted_toys else []),
        (say["seconds"], _number(whole, say)),
        *((f"  {stage}", _number(took, say)) for stage, took in seconds),
    ]
    why = say.get(f"memory.{dict(receipt.denoise).get('memory', '')}", "")
    return _rows(rows) + (_paragraph(why) if why else "")


def _wall(receipt: Receipt, say: Mapping[str, str]) -> str:
    told = _paragraph(say["wall_stands" if receipt.wall == "kernel" else "wall_missing"])
    for slug, stands in receipt.wall_parts:
        words = say.get(f"part.{slug}", slug)
        told += f"  [x] {words}\n" if stands else f"  [ ] {words}: {say['part_missing']}\n"
    kinds = [
        (f"  {say.get(f'attempt.{kind}', kind)}, {library}", str(count)) for kind, library, count in receipt.attempts
    ]
    seen = say["attempts_blocked" if receipt.wall == "kernel" else "attempts_seen"]
    return told + _rows([(seen, str(receipt.attempts_seen)), *kinds])


def _left(receipt: Receipt, say: Mapping[str, str]) -> str:
    found = [(f"  {say.get(f'found.{group}', group)}", str(count)) for group, count in receipt.found_groups]
    removed = sum(count for _, count in receipt.found_groups)
    hidden = [(f"  {say.get(f'hidden.{kind}', kind)}", str(count)) for kind, count in receipt.hidden]
    if ("background", 1) in receipt.hidden:
        hidden[-1] = (hidden[-1][0], say["whole"])
    return _rows(
        [
            (say["files_left"], str(receipt.files_left)),
            (say["removed"], str(removed)),
            *found,
            (say["hidden"], "" if hidden else say["nothing"]),
            *hidden,
        ]
    )


def _file(receipt: Receipt, say: Mapping[str, str]) -> str:
    digests = [(receipt.media_type, receipt.export_digest), *receipt.other_digests]
    told = "".join(f"  {kind}\n    {digest}\n" for kind, digest in digests)
    labels = _rows([(say["labels"], ", ".join(receipt.labels) or say["no_labels"])])
    return _paragraph(say["check"]) + told + labels + f"  {say['plan']}\n    {receipt.plan_digest}\n"


def _number(seconds: float, say: Mapping[str, str]) -> str:
    return f"{seconds:.2f} s".replace(".", say["decimal_point"])


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"


def _part(say: Mapping[str, str], name: str, body: str) -> str:
    heading = say[f"part_{name}"]
    return f"{heading}\n{'-' * len(heading)}\n{body}"


def _paragraph(text: str) -> str:
    return fill(text, WIDTH) + "\n"


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    lines = []
    for name, value in rows:
        gap = " " if max(len(name), COLUMN) + 1 + len(value) <= WIDTH - 2 else "\n    "
        lines.append(f"  {name.ljust(COLUMN) if gap == ' ' else name}{gap}{value}\n")
    return "".join(lines)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    tables = tomllib.loads((files("stylize.receipt") / "words.toml").read_text("utf-8"))
    return MappingProxyType({language: MappingProxyType(dict(table)) for language, table in tables.items()})
