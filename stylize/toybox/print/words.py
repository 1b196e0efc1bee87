"""The instructions on the sheets, by language: words.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from stylize.errors import DeclarationError, UnknownChoice


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintWords:
    """Headings, labels and steps; every one of `…_steps` is a tuple of paragraphs."""

    card: str
    figure: str
    box: str
    stickers: str
    rule: str
    signs: str
    glue: str
    spacer: str
    strut: str
    card_steps: tuple[str, ...]
    picture_steps: tuple[str, ...]
    figure_steps: tuple[str, ...]
    toy_steps: tuple[str, ...]
    box_steps: tuple[str, ...]
    sticker_steps: tuple[str, ...]


def print_words(language: str) -> PrintWords:
    """The words of `language`. UnknownChoice for one that is not in the table."""
    known = _read()
    if language not in known:
        raise UnknownChoice(kind="language of the sheets", choices=", ".join(known))
    return known[language]


def print_languages() -> tuple[str, ...]:
    """The languages the sheets speak."""
    return tuple(_read())


@cache
def _read() -> dict[str, PrintWords]:
    declared = tomllib.loads((files("stylize.toybox.print") / "words.toml").read_text("utf-8"))
    return {language: _declare(language, table) for language, table in declared.items()}


def _declare(language: str, table: dict[str, Any]) -> PrintWords:
    wanted = {field.name for field in fields(PrintWords)}
    if odd := sorted(set(table) ^ wanted):
        raise DeclarationError(name=f"print/words.toml [{language}]", why=f"unknown or missing key {odd[0]}")
    if any(isinstance(value, list) is not key.endswith("_steps") for key, value in table.items()):
        raise DeclarationError(name=f"print/words.toml [{language}]", why="steps are lists, everything else is a text")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return PrintWords(**values)
