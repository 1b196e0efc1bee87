"""Whether a text holds a word of words.toml, however it is spelt."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

from stylize.errors import DeclarationError
from stylize.wordlist.fold import fold, readings

_LISTS = ("allowed", "harsh", "explicit", "clothes", "minor", "near_minor")
_ENDINGS = "(?:e|en|er|em|es|n|s|ns)?"
_GAP = "(?: [a-z0-9]+){0,3}"
_UMLAUTS = {"ä": ("a", "ae"), "ö": ("o", "oe"), "ü": ("u", "ue"), "ß": ("ss",), "é": ("e",)}
_LONG = 5
"""Letters that a term must have to be looked for within what was lettered out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A pattern for each list of terms, for readings put together with single spaces. `lettered`: the plain long terms."""

    allowed: re.Pattern[str]
    harsh: re.Pattern[str]
    explicit: re.Pattern[str]
    clothes: re.Pattern[str]
    minor: re.Pattern[str]
    near_minor: re.Pattern[str]
    lettered: tuple[str, ...]
    small: frozenset[str]


def is_explicit(text: str) -> bool:
    """Whether `text` asks for something bare or sexual, or sexualises a child. Nothing of it is kept or told."""
    words = _words()
    for way in _ways(text):
        if words.harsh.search(way) or words.explicit.search(way):
            return True
        if words.minor.search(way) and words.near_minor.search(way):
            return True
    return False


def is_harsh(text: str) -> bool:
    """Whether `text` may not even stand on a box: swear words of a sexual kind, pornography. Names such as Dick, Fanny or
    Randy may.
    """
    return any(_words().harsh.search(way) for way in _ways(text))


def undresses(negative_prompt: str) -> bool:
    """Whether one of its phrases says clothes and nothing else, weights and small words aside. Torn clothes, or a dress, one
    may not want.
    """
    words = _words()
    for phrase in re.split(r"[,;|\n]", negative_prompt):
        for way in readings(phrase):
            said = " ".join(word for word in dict.fromkeys(way) if not word.isdigit() and word not in words.small)
            if words.clothes.fullmatch(said):
                return True
    return False


def _ways(text: str) -> tuple[str, ...]:
    words = _words()
    ways = [words.allowed.sub(" ; ", " ".join(way)) for way in readings(text)]
    run = re.sub(r"[^a-z0-9]", "", fold(text))
    spaced = len(run) >= _LONG and all(len(word) <= 2 for word in fold(text).split())
    return (*ways, *(term for term in words.lettered if spaced and term in run))


@cache
def _words() -> Words:
    """words.toml. Raises DeclarationError."""
    declared = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
    if set(declared) != {"small", *_LISTS}:
        raise DeclarationError(name="words.toml", why=f"it must have the lists {', '.join(('small', *_LISTS))}")
    small = "(?: (?:" + "|".join(declared["small"]) + ")){0,3}"
    plain = [term for key in ("harsh", "explicit") for term in declared[key] if " " not in term and "*" not in term]
    return Words(
        **{key: _pattern(declared[key], small) for key in _LISTS},
        small=frozenset(declared["small"]),
        lettered=tuple(sorted({way for term in plain for way in _spellings(term) if len(way) >= _LONG})),
    )


def _pattern(terms: list[str], small: str) -> re.Pattern[str]:
    ways = sorted({way for term in terms for way in _spellings(term)})
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(_as_regex(way, small) for way in ways) + r")(?![a-z0-9])")


def _spellings(term: str) -> list[str]:
    """With every ä as a and as ae, and so on."""
    return ["".join(way) for way in product(*(_UMLAUTS.get(letter, (letter,)) for letter in term))]


def _as_regex(term: str, small: str) -> str:
    joined = ""
    for word in term.rstrip("*").split(" "):
        joined += _GAP if word == "~" else small if word == "^" else f" {re.escape(word)}"
    return joined.removeprefix(" ") + ("[a-z0-9]*" if term.endswith("*") else _ENDINGS)
