"""Nothing that is found, asked or told of a person is a class by which people are sorted: no age, no sex, no descent."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, get_args, get_type_hints

import pytest

from stylize import models
from stylize.cli import main
from tests.conftest import PORTRAITS

SORTED_BY = re.compile(
    r"(?:^|[^a-z])(?:age|ages|aged|years?|adult|child|minor|young|old|sex|gender|male|female|race|ethnic\w*|"
    r"emotion\w*|mood|attractive\w*|embedding\w*|identity)(?:$|[^a-z])"
)
CARRIERS = (models.Findings, models.Subject, models.Plan, models.Picture, models.Receipt, models.Request, models.Person)


def names(kind: Any, seen: set[Any]) -> set[str]:
    """The names of all fields of a carrier, and of what lies in them, and the words of enumerations."""
    if kind in seen:
        return set()
    seen.add(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {str(member.value) for member in kind}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        inner = {name for field in fields(kind) for name in names(hints[field.name], seen)}
        return inner | {field.name for field in fields(kind)}
    return {name for part in get_args(kind) for name in names(part, seen)}


def keys(told: Any) -> set[str]:
    if isinstance(told, dict):
        return set(told) | {key for value in told.values() for key in keys(value)}
    return {key for value in told for key in keys(value)} if isinstance(told, list) else set()


def test_no_field_of_any_carrier_is_one() -> None:
    told = {name.replace("_", " ") for kind in CARRIERS for name in names(kind, set())}
    assert {"faces", "hair colour", "consent", "given-by-guardian"} <= told, "they were really looked at"
    assert [name for name in told if SORTED_BY.search(name)] == []


def test_inspection_tells_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(PORTRAITS["astronaut"]), "--json"]) == 0
    told = keys(json.loads(capsys.readouterr().out))
    assert told
    assert [key for key in told if SORTED_BY.search(key.replace("_", " "))] == []


@pytest.mark.parametrize("name", ["age", "face_age", "is_child", "gender", "years", "face_embedding"])
def test_they_would_be_noticed(name: str) -> None:
    assert SORTED_BY.search(name.replace("_", " "))
