"""A text as it is compared: small Latin letters and digits in words, whatever it was dressed up as."""

from __future__ import annotations

import re
import unicodedata

_TWINS = str.maketrans(
    {
        # Cyrillic
        "а": "a", "в": "b", "г": "r", "е": "e", "ё": "e", "з": "3", "и": "n", "к": "k", "м": "m", "н": "h", "о": "o",
        "п": "n", "р": "p", "с": "c", "т": "t", "у": "y", "х": "x", "ѕ": "s", "і": "i", "ї": "i", "ј": "j", "ԁ": "d",
        "ԛ": "q", "ԝ": "w", "һ": "h", "ӏ": "l", "ь": "b",
        # Greek
        "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u",
        "χ": "x", "ω": "w", "μ": "u", "σ": "o", "ς": "c",
        # Armenian
        "ո": "n", "ս": "u", "օ": "o", "հ": "h", "ց": "g", "ք": "p",
        # Latin that no decomposition reaches
        "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "ɑ": "a", "ɡ": "g", "ƒ": "f", "æ": "ae", "œ": "oe", "ß": "ss",
        "þ": "th", "ħ": "h", "ŋ": "n", "ʀ": "r", "ꜱ": "s", "ɴ": "n", "ᴀ": "a", "ᴅ": "d", "ᴇ": "e", "ᴋ": "k", "ᴜ": "u",
    }
)  # fmt: skip
"""Letters that look like others. Approximate and one to one: what is read, not what is meant."""

_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"})
_SIGNS = str.maketrans({"@": "a", "$": "s", "!": "i", "|": "i", "€": "e", "£": "l", "+": "t", "(": "c"})
_INVISIBLE = {"Cf", "Cc", "Mn", "Mc", "Me", "Cs", "Co"}
_WORD = re.compile(r"[a-z0-9]+")
_LETTERED = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][\s._*~'`´,/\\|:-]{1,3}){2,}[a-z0-9](?![a-z0-9])")
_INNER = re.compile(r"(?<=[a-z0-9])[._*~'`´^#-]+(?=[a-z0-9])")
_SIGN = re.compile(r"(?<=[a-z0-9])[@$!|€£+(](?=[a-z0-9])|[@$](?=[a-z0-9])|(?<=[a-z0-9])[@$€]")


def fold(text: str) -> str:
    """Small letters without marks, twins of other scripts read as Latin, the invisible gone; everything else as it was."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in plain if unicodedata.category(c) not in _INVISIBLE or c in "\n\t")
    return _twins_in_words(unicodedata.normalize("NFKD", kept))


def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of `text` in every way in which they may have been meant: as they stand; with signs and digits read as
    letters; with what stands between letters left out; and what was lettered out, one by one, put together. Each with ä, ö
    and ü as they are without dots: both ae and a are known to the lists.
    """
    folded = fold(text)
    signed = _SIGN.sub(lambda found: found.group().translate(_SIGNS), folded)
    closed = _INNER.sub("", signed)
    lettered = tuple(re.sub(r"[^a-z0-9]", "", found.group()) for found in _LETTERED.finditer(signed))
    ways = [_WORD.findall(way) for way in (folded, signed, closed)]
    ways += [[_letters(word, kept) for word in way] for way in ways for kept in (1, 2)]
    ways += [[part for word in lettered for part in (word, _letters(word, 2))]]
    return tuple(dict.fromkeys(tuple(way) for way in ways if way))


def _letters(word: str, kept: int) -> str:
    """Digits as the letters they look like, where they stand among letters; of a letter three times in a row or more,
    `kept`.
    """
    read = word.translate(_LEET) if not word.isdigit() else word
    return re.sub(r"(.)\1{2,}", lambda run: run.group(1) * kept, read)


def _twins_in_words(text: str) -> str:
    """Twins are read as Latin in words that have Latin letters too, or nothing but twins: a Russian word stays Russian."""

    def read(found: re.Match[str]) -> str:
        word = found.group()
        as_latin = word.translate(_TWINS)
        return as_latin if as_latin.isascii() else word

    return re.sub(r"\w+", read, text)
