"""From a run to sheets of paper: what a result carries is enough to print it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stylize.errors import UnknownChoice
from stylize.export.label import LABELS, TRAINED
from stylize.geometry import Size
from stylize.models import BoxOrder, Request
from stylize.printing import SHEETS, print_book, print_sheets
from stylize.toybox.palettes import palettes
from stylize.workshop import Workshop

SMALL = Size(width=256, height=320)


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as opened:
        yield opened


def test_a_boxed_toy_becomes_three_sheets_and_one_book(workshop: Workshop, portraits: dict[str, bytes]) -> None:
    box = BoxOrder(name="Needleman", accessories=("camera",), language="de")
    parts = workshop.run(portraits["biden"], Request(seed=1, size=SMALL, box=box)).parts
    assert (parts.toy, parts.order.name, parts.palette in palettes()) == (True, "Needleman", True)
    made = print_sheets(parts, trained=False)
    assert tuple(made) == SHEETS
    counted = [made[name].data.count(b"/Type /Page /Parent") for name in SHEETS]
    assert counted == [2, 1, 1]
    for sheet in made.values():
        assert (sheet.media_type, sheet.labels) == ("application/pdf", LABELS)
        assert b"Needleman" not in sheet.data
    book = print_book(parts, trained=True).data
    assert book.count(b"/Type /Page /Parent") == sum(counted)
    assert TRAINED.encode() in book
    assert made["box"].data != print_sheets(parts, trained=False, language="en", sheets=("box",))["box"].data


def test_a_painting_without_a_box_gets_a_card_all_the_same(workshop: Workshop, portraits: dict[str, bytes]) -> None:
    result = workshop.run(portraits["obama"], Request(style="painted-anime", seed=1, size=Size(width=384, height=480)))
    assert not result.parts.toy
    assert result.parts.order.tagline
    assert result.parts.picture is result.picture
    made = print_sheets(result.parts, trained=False, paper="letter", sheets=("card",))
    assert made["card"].data.count(b"/Type /Page /Parent") == 1
    with pytest.raises(UnknownChoice, match="a4, letter"):
        print_book(result.parts, trained=False, paper="legal")
