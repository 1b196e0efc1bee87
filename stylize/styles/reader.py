"""Takes typed values out of one declaration's tables; every complaint carries its slug and the key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stylize.errors import DeclarationError
from stylize.styles.prompt import PLACEHOLDERS, placeholders
from stylize.wordlist import is_explicit, undresses

LANGUAGES = ("en", "de")


class Reader:
    """For the declaration `slug`. Every method raises DeclarationError for what it may not find."""

    def __init__(self, slug: str) -> None:
        self.slug = slug

    def error(self, why: str) -> DeclarationError:
        return DeclarationError(name=self.slug, why=why)

    def only(self, table: Mapping[str, object], where: str, known: set[str]) -> None:
        for key in table:
            if key not in known:
                raise self.error(f"the key {where}{key} is unknown; known: {', '.join(sorted(known))}")

    def table(self, table: Mapping[str, object], key: str, where: str = "") -> dict[str, object]:
        value = table.get(key)
        if not isinstance(value, dict):
            raise self.error(f"{where}{key} must be a table")
        return value

    def text(self, table: Mapping[str, object], key: str, where: str = "") -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{where}{key} must be text, and not empty")
        return value.strip()

    def flag(self, table: Mapping[str, object], key: str) -> bool:
        value = table.get(key)
        if not isinstance(value, bool):
            raise self.error(f"{key} must be true or false")
        return value

    def number(self, table: Mapping[str, object], key: str, where: str, bounds: tuple[float, float]) -> float:
        value = table.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not bounds[0] <= value <= bounds[1]:
            raise self.error(f"{where}{key} must be a number between {bounds[0]:g} and {bounds[1]:g}")
        return value

    def translated(self, table: Mapping[str, object], key: str, longest: int = 200) -> Mapping[str, str]:
        texts = self.table(table, key)
        self.only(texts, f"{key}.", set(LANGUAGES))
        read = {language: self.text(texts, language, f"{key}.") for language in LANGUAGES}
        if any(len(text) > longest for text in read.values()):
            raise self.error(f"{key} must have {longest} letters at most")
        return MappingProxyType(read)

    def template(self, table: Mapping[str, object], key: str, where: str) -> str:
        text = self.text(table, key, where)
        try:
            unknown = placeholders(text) - PLACEHOLDERS
        except ValueError:
            raise self.error(f"{where}{key} has a brace that is not closed") from None
        if unknown:
            raise self.error(f"{where}{key} has a field it may not have; known: {', '.join(sorted(PLACEHOLDERS))}")
        if undresses(text) if key == "negative_prompt" else is_explicit(text):
            raise self.error(f"{where}{key} asks for something bare or sexual, of a person who is real")
        return text
