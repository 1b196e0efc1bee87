"""One engine after the other, and a real person whose arrays refuse to be written into."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.base import Engine
from stylize.models import Subject
from tests.contracts.cases import CASES, Case


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine-weights")


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def engine(case: Case, weights: Path) -> Iterator[Engine]:
    made = case.make(weights)
    yield made
    made.close()


@pytest.fixture
def subject(subject_of: Callable[[str], Subject]) -> Subject:
    """A real person, in arrays that refuse to be written into."""
    found = subject_of("astronaut")
    for carrier in (found, found.person):
        for field in dataclasses.fields(carrier):
            value = getattr(carrier, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
    return found
