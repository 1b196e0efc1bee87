"""Shared by every room: real portraits, and the people measured in them (once a session)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from stylize import photo
from stylize.models import Subject

DATA = Path(__file__).parent / "data"
PORTRAITS = {path.stem: path for path in sorted((DATA / "portraits").glob("*.jpg"))}


@cache
def _bytes(name: str) -> bytes:
    return PORTRAITS[name].read_bytes()


@cache
def _subject(name: str) -> Subject:
    picture = photo.read(_bytes(name))
    return photo.isolate(picture, photo.inspect(picture))


@pytest.fixture(scope="session")
def portraits() -> dict[str, bytes]:
    """The files of tests/data/portraits by stem: astronaut, biden, obama, obama2, obama3, obama_partial_face and
    obama_partial_face2.
    """
    return {name: _bytes(name) for name in PORTRAITS}


@pytest.fixture(scope="session")
def subject_of() -> Callable[[str], Subject]:
    """`subject_of("astronaut")`: that portrait read, isolated and measured, once a session."""
    return _subject


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder tests/data."""
    return DATA
