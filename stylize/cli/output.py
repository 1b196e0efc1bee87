"""What the command line prints: text for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence


def complain(slug: str, sentence: str, *, as_json: bool) -> None:
    """An error, on stderr: {"error": slug, "message": sentence}, or the sentence."""
    print(json.dumps({"error": slug, "message": sentence}) if as_json else f"stylize: {sentence}", file=sys.stderr)


def say_json(value: object, *, to_stderr: bool = False) -> None:
    """One JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2), file=sys.stderr if to_stderr else sys.stdout)


def say_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns padded to their widest cell; the last one runs free."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        print("  ".join([*cells, row[-1]]))


def printable(text: str) -> str:
    """A stranger's text on one line, without anything a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
