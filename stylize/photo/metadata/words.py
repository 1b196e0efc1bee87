"""Tags in plain words: what they are called and which group they belong to."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from stylize.errors import DeclarationError
from stylize.models import Found

GROUPS = ("place", "time", "device", "person", "software", "thumbnail", "colour", "other")
"""In the order in which a person would want to know."""

_LONGEST_VALUE = 300
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")


def found(name: str, value: str, group: str | None = None) -> Found:
    """One finding; its group looked up by `name` unless given. Long values are cut short."""
    words = " ".join(_CAMEL.sub(" ", name.replace("_", " ").replace("-", " ")).split())
    return Found(group=group or group_of(name), name=words[:80], value=clean(value))


def clean(value: str) -> str:
    """Printable, without trailing blanks and no longer than a sentence or two."""
    text = _UNPRINTABLE.sub(" ", value).strip()
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"


@cache
def group_of(name: str) -> str:
    """The group of a tag's name, "other" where none fits."""
    flat = re.sub(r"[\s_\-:.]+", "", name).lower()
    for group, words in _table():
        if any(word in flat for word in words):
            return group
    return "other"


@cache
def _table() -> tuple[tuple[str, tuple[str, ...]], ...]:
    text = resources.files("stylize.photo.metadata").joinpath("groups.toml").read_text(encoding="utf-8")
    table = []
    for entry in tomllib.loads(text)["group"]:
        if set(entry) != {"name", "words"} or entry["name"] not in GROUPS:
            raise DeclarationError(name="groups.toml", why="a group has a name of ours and words, nothing else")
        table.append((str(entry["name"]), tuple(str(word) for word in entry["words"])))
    return tuple(table)


def size_words(size: int) -> str:
    """A number of bytes as people say it."""
    return f"{size} bytes" if size < 1000 else f"{size / 1000:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
