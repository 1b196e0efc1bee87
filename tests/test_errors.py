"""Every error can be said, told apart and translated."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest

from stylize import errors
from stylize.errors import StylizeError


def _all(kind: type[StylizeError]) -> Iterator[type[StylizeError]]:
    for sub in kind.__subclasses__():
        if sub.__module__.startswith(errors.__name__):
            yield sub
            yield from _all(sub)


EVERY = sorted(set(_all(StylizeError)), key=lambda kind: kind.__name__)
SAID = [kind for kind in EVERY if "sentence" in vars(kind)]


def _facts(kind: type[StylizeError]) -> dict[str, str | float]:
    return {name: 7 for _, name, _, _ in string.Formatter().parse(kind.sentence) if name}


def test_slugs_are_unique_and_plain() -> None:
    slugs = [kind.slug for kind in EVERY]
    assert len(slugs) == len(set(slugs))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


@pytest.mark.parametrize("kind", SAID, ids=lambda kind: kind.slug)
def test_a_sentence_is_whole_and_says_what_to_do(kind: type[StylizeError]) -> None:
    said = str(kind(**_facts(kind)))
    assert said[0].isupper() or said[0].isdigit()
    assert said.endswith((".", "!"))
    assert "{" not in said
    assert len(said) < 320


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.slug)
def test_an_exit_code_is_the_branchs(kind: type[StylizeError]) -> None:
    branches = {2: errors.RequestError, 3: errors.PhotoError, 4: errors.SubjectError, 5: errors.DeclarationError}
    branches |= {6: errors.EngineError, 7: errors.ExportError, 8: errors.PrivacyError, 130: errors.Cancelled}
    assert issubclass(kind, branches[kind.exit_code])


def test_facts_travel_with_the_error() -> None:
    problem = errors.OutOfRange(field="seed", low=0, high=9)
    assert problem.facts == {"field": "seed", "low": 0, "high": 9}
    assert str(problem) == "seed must be between 0 and 9."
