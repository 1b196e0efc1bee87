"""Words: the same keys and gaps in every language, every error translated."""

from __future__ import annotations

from string import Formatter

import pytest

from stylize import errors
from stylize.errors import DeclarationError, NameTooLong, StylizeError
from stylize.models import Beard, Hair, Outfit
from stylize.photo.inspect import WARNINGS
from stylize.progress import Stage
from ui import strings
from ui.strings import FIRST, Language, language, languages, preferred

ABSTRACT = {"error", "request", "photo", "subject", "engine", "weights", "export", "privacy", "cancelled"}
"""Slugs of the tree's branches, which are never raised themselves, and of stopping, which is no trouble."""


def every_error(kind: type[StylizeError] = StylizeError) -> set[type[StylizeError]]:
    below = {error for child in kind.__subclasses__() for error in every_error(child)}
    return below | ({kind} if kind.__module__.startswith(errors.__name__) else set())


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def own_keys(say: Language) -> set[str]:
    """Keys of our own: not the translations of what other rooms say in English."""
    slugs = {f"error.{error.slug}" for error in every_error()}
    return {key for key in say.words if key not in slugs and not key.startswith("fact.")}


@pytest.mark.parametrize("code", languages())
def test_every_language_has_the_same_keys(code: str) -> None:
    assert own_keys(language(code)) == own_keys(language(FIRST))


@pytest.mark.parametrize("code", languages())
def test_every_sentence_has_the_same_gaps(code: str) -> None:
    ours, first = language(code), language(FIRST)
    for key in own_keys(ours):
        assert gaps(ours.words[key]) == gaps(first.words[key]), key


@pytest.mark.parametrize("code", [code for code in languages() if code != FIRST])
def test_every_error_is_translated(code: str) -> None:
    say = language(code)
    for error in every_error():
        if error.slug not in ABSTRACT:
            assert gaps(say.words[f"error.{error.slug}"]) <= gaps(error.sentence), error.slug


@pytest.mark.parametrize("code", languages())
def test_what_other_rooms_name_has_words(code: str) -> None:
    say = language(code)
    for kinds, part in ((Hair, "hair"), (Outfit, "outfit"), (Beard, "beard"), (Stage, "stage"), (WARNINGS, "warning")):
        for kind in kinds:
            assert say(f"{part}.{kind}")


def test_an_error_is_said_in_the_language_of_the_page() -> None:
    error = NameTooLong(field="name", length=60, limit=28)
    assert language("en").error(error) == str(error)
    assert (
        language("de").error(error)
        == "Name: 60 Buchstaben sind zu viel; 28 passen gut auf die Schachtel. Mach es kürzer."
    )


def test_an_error_without_translation_is_said_in_english() -> None:
    class Newer(StylizeError):
        slug = "newer"
        sentence = "Something newer than the words."

    assert language("de").error(Newer()) == "Something newer than the words."


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH, en;q=0.8", "de"),
        ("en-GB;q=0.7, de;q=0.9", "de"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("de;q=x", "en"),
    ],
)
def test_the_browser_chooses_the_language(header: str, code: str) -> None:
    assert preferred(header) == code


def test_a_locale_that_is_no_table_of_sentences_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "xx.toml").write_text("[page]\ntitle = 3\n", encoding="utf-8")
    monkeypatch.setattr(strings, "LOCALES", folder)
    with pytest.raises(DeclarationError, match=r"page\.title"):
        language("xx")
