"""Every word on the page, from `locale/<code>.toml`. Adding a language is adding one file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from stylize.errors import DeclarationError, StylizeError

LOCALES = Path(__file__).parent / "locale"
FIRST = "en"
"""The language of visitors whose own is not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """The words of one language. `words` maps a dotted key, as in "photo.title", to a sentence with {named} gaps."""

    code: str
    words: Mapping[str, str] = field(repr=False)

    def __call__(self, key: str, **facts: str | float) -> str:
        """The words under `key`, gaps filled. A key that is not there is our own mistake: KeyError."""
        return self.words[key].format(**facts)

    def maybe(self, key: str, otherwise: str) -> str:
        """The words under `key`, or `otherwise`: for keys that come from other rooms and may be newer than this."""
        return self.words.get(key, otherwise)

    def error(self, error: StylizeError) -> str:
        """The error's sentence, by its slug; the English one of the error itself where there is no translation."""
        sentence = self.words.get(f"error.{error.slug}")
        if sentence is None:
            return str(error)
        facts = {name: self.words.get(f"fact.{value}", value) for name, value in error.facts.items()}
        try:
            return sentence.format(**facts)
        except KeyError:
            return str(error)


def languages() -> tuple[str, ...]:
    """Codes of every language there is a file for; the first one first."""
    codes = sorted(path.stem for path in LOCALES.glob("*.toml"))
    return tuple(sorted(codes, key=lambda code: code != FIRST))


@cache
def language(code: str) -> Language:
    """The language of `code`. Raises DeclarationError if its file is no table of sentences."""
    with (LOCALES / f"{code}.toml").open("rb") as file:
        return Language(code=code, words=MappingProxyType(dict(_flatten(tomllib.load(file), code))))


def preferred(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4; weights honoured, regions ignored)."""
    wishes: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((float(weight or 1), tag.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    ours = languages()
    wanted = (tag for weight, tag in sorted(wishes, key=lambda wish: -wish[0]) if weight > 0)
    return next((tag for tag in wanted if tag in ours), FIRST)


def _flatten(table: Mapping[str, object], name: str, prefix: str = "") -> list[tuple[str, str]]:
    words: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, str):
            words.append((prefix + key, value))
        elif isinstance(value, dict):
            words += _flatten(value, name, f"{prefix}{key}.")
        else:
            raise DeclarationError(name=f"locale {name}", why=f"{prefix}{key} is neither a sentence nor a table")
    return words
