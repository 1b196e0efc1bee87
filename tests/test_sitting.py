"""One photo for several pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import stylize
from stylize.photo import Sitting, choose, inspect, read, survey

SMALL = stylize.Size(width=256, height=320)
BOX = stylize.BoxOrder(name="Ada", accessories=("camera",))
FIGURE = stylize.Request(engine="figure", seed=5, size=SMALL)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stylize.Workshop]:
    with stylize.Workshop(stylize.Settings(weights=tmp_path_factory.mktemp("none"))) as held:
        yield held


def test_several_pictures_of_one_sitting_are_those_of_single_runs(
    workshop: stylize.Workshop, portraits: dict[str, bytes]
) -> None:
    sitting = Sitting(read(portraits["obama"]))
    requests = [
        replace(FIGURE, box=BOX, seed=5),
        replace(FIGURE, seed=6),
        replace(FIGURE, style="painted-anime", engine="painting"),
    ]
    together = [workshop.run(sitting, request) for request in requests]
    assert sitting.isolate(None) is sitting.isolate(None), "measured once"
    for request, result in zip(requests, together, strict=True):
        alone = workshop.run(portraits["obama"], request)
        assert alone.export == result.export
        assert alone.receipt.plan_digest == result.receipt.plan_digest
    sitting.end()
    again = workshop.run(sitting, together[0].request)
    assert again.export == together[0].export, "the request of a result makes it again"


@pytest.mark.parametrize("subject", [None, 0])
def test_what_was_found_is_not_looked_for_again(
    portraits: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, subject: int | None
) -> None:
    opened = read(portraits["astronaut"])
    found = survey(opened) if subject is None else inspect(opened, subject)
    monkeypatch.setattr("stylize.photo.sitting.survey", lambda _photo: pytest.fail("looked again"))
    sitting = Sitting(opened, found)
    again, alone = sitting.inspect(0), choose(opened, found, 0)
    assert again.faces is found.faces
    assert again.regions is found.regions
    assert (again.subject, again.warnings, again.verdict) == (0, alone.warnings, alone.verdict)
