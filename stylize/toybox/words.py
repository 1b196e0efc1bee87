"""The words of ours that are printed on the card, by language: words.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from stylize.errors import DeclarationError, UnknownChoice


@dataclass(frozen=True, kw_only=True, slots=True)
class CardWords:
    """`ages` stands over "0-99"; `seal` and `keepsake` are two short lines each; `many` has a place for {count}."""

    ages: str
    seal: tuple[str, str]
    keepsake: tuple[str, str]
    ribbon: str
    none: str
    one: str
    many: str
    small: str

    def accessories(self, count: int) -> str:
        """The line that says how many accessories there are."""
        return {0: self.none, 1: self.one}.get(count) or self.many.format(count=count)


def card_words(language: str) -> CardWords:
    """The words of `language`. UnknownChoice for one that is not in the table."""
    known = _read()
    if language not in known:
        raise UnknownChoice(kind="language of the card", choices=", ".join(known))
    return known[language]


def card_languages() -> tuple[str, ...]:
    """The languages a card can be printed in."""
    return tuple(_read())


@cache
def _read() -> dict[str, CardWords]:
    declared = tomllib.loads((files("stylize.toybox") / "words.toml").read_text("utf-8"))
    return {language: _declare(language, table) for language, table in declared.items()}


def _declare(language: str, table: dict[str, Any]) -> CardWords:
    wanted = {field.name for field in fields(CardWords)}
    if set(table) != wanted:
        odd = sorted(set(table) ^ wanted)
        raise DeclarationError(name=f"words.toml [{language}]", why=f"unknown or missing key {odd[0]}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    if any(len(values[key]) != 2 for key in ("seal", "keepsake")) or "{count}" not in values["many"]:
        raise DeclarationError(
            name=f"words.toml [{language}]", why="seal and keepsake have two lines, many has {count}"
        )
    return CardWords(**values)
