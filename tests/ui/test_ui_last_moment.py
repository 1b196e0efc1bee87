"""What happens in the wrong moment: a photo that is replaced, wiped or lost while a picture is made of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

import stylize
from stylize import photo
from stylize.errors import EngineFailed
from stylize.models import Consent, Findings, Photo
from stylize.pipeline import Result
from tests.ui.test_ui_form import EMPTY
from ui import shop as shop_module
from ui.handlers import Handlers
from ui.intake import Arrival
from ui.keeping import Keeping
from ui.making import Making
from ui.picking import Picking
from ui.pictures import placeholder
from ui.retention import Retention
from ui.shelf import Sheet, Shelf
from ui.shop import Shop
from ui.showing import Showing
from ui.souvenirs import PRINT, SCREEN
from ui.staying import Staying
from ui.strings import language
from ui.trouble import LineFull

ME = "somebody"
SMALL = stylize.Size(width=256, height=320)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stylize.Workshop]:
    with stylize.Workshop(stylize.Settings(weights=tmp_path_factory.mktemp("none"))) as held:
        yield held


@pytest.fixture(scope="module")
def opened(portraits: dict[str, bytes]) -> tuple[Photo, Findings]:
    read = photo.read(portraits["astronaut"])
    return read, photo.inspect(read)


@pytest.fixture(scope="module")
def result(workshop: stylize.Workshop, opened: tuple[Photo, Findings]) -> Result:
    return workshop.run(opened[0], stylize.Request(engine="figure", seed=5, size=SMALL))


@pytest.fixture
def room(
    workshop: stylize.Workshop, opened: tuple[Photo, Findings], result: Result, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimpleNamespace]:
    """A shop with a visitor. Its pictures are copies of one; `room.work` may be set, to do something before each."""
    darkroom: Any = None
    held, say = Shop(workshop, darkroom), language("en")
    room = SimpleNamespace(shop=held, visit=held.visits.of(ME), made=[], work=lambda _number: None)

    def run(*_args: Any, **_options: Any) -> Result:
        room.work(len(room.made))
        room.made.append(replace(result, pixels=result.pixels.copy(), picture=result.picture.copy()))
        return room.made[-1]

    def arrive() -> str:
        """Two people are on it."""
        read, findings = opened
        whole = Photo(id="x", pixels=read.pixels.copy(), media_type=read.media_type, found=())
        two = replace(findings, faces=findings.faces * 2)
        return held.intake.arrivals.put(Arrival(photo=whole, findings=two, refusal=None, preview=placeholder()))

    monkeypatch.setattr(workshop, "run", run)
    room.arrive = arrive
    room.do, room.making = Handlers(say, held, held.visits), Making(say, held, held.visits)
    room.keeping, room.picking = Keeping(say, held, held.visits), Picking(say, held, held.visits)
    room.staying = Staying(say, held, held.visits, room.do, Showing(say, held))
    room.visit.photo = arrive()
    yield room
    held.close()


def make(room: SimpleNamespace, count: int = 1) -> dict[str, Any]:
    """Press the big button, and say yes if it is asked whether the person agrees; what the page is told last."""
    values = {**EMPTY, "count": count}
    told = list(room.making.make(ME, values))[-1]
    return list(room.making.answer(ME, values, Consent.GIVEN))[-1] if told.get("question") else told


def bring(room: SimpleNamespace) -> dict[str, Any]:
    """Another photo."""
    return room.do.take_photo(ME, {"path": f"photo/{room.arrive()}.webp"})


def test_a_photo_that_is_replaced_takes_its_work_along(room: SimpleNamespace) -> None:
    """Else a picture of the one would stand beside the photo of the other, and be made anew of that for paper."""
    begun, goes_on = threading.Event(), threading.Event()
    room.work = lambda _number: (begun.set(), goes_on.wait(20))
    list(room.making.make(ME, {**EMPTY, "count": 1}))
    stream = room.making.answer(ME, {**EMPTY, "count": 1}, Consent.GIVEN)
    next(stream)
    assert begun.wait(20)
    bring(room)
    goes_on.set()
    last = list(stream)[-1]
    assert last["make"]["interactive"]
    assert "trouble" not in last
    assert (room.visit.job, room.visit.shown, room.visit.parcels, len(room.shop.parcels)) == (None, None, [], 0)
    assert room.shop.intake.arrivals.get(room.visit.photo) is not None
    make(room)
    assert room.shop.parcels.get(room.visit.shown).photo == room.visit.photo


@pytest.mark.parametrize("act", ["wipe", "drop"])
def test_wiped_while_it_is_laid_on_the_shelf(room: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    real: Callable[..., Sheet] = shop_module.encode

    def meanwhile(*args: Any, **options: Any) -> Sheet:
        room.keeping.wipe(ME) if act == "wipe" else room.do.drop_photo(ME)
        return real(*args, **options)

    monkeypatch.setattr(shop_module, "encode", meanwhile)
    last = make(room)
    assert not last["done"]["visible"]
    assert len(room.shop.parcels) == 0
    assert not any(made.pixels.any() for made in room.made), "overwritten"


def test_trouble_takes_no_picture_away(room: SimpleNamespace) -> None:
    make(room)
    shown = room.visit.shown

    def fail(_number: int) -> None:
        raise EngineFailed(engine="figure", kind="Test")

    room.work = fail
    last = make(room)
    assert last["trouble"]["visible"]
    assert last["done"]["visible"], "it was hidden while the next one was made"
    assert f"/shelf/{shown}/picture.png" in last["picture"]


def test_what_was_finished_before_the_trouble_is_shown_with_it(room: SimpleNamespace) -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise EngineFailed(engine="figure", kind="Test")

    room.work = fail
    last = make(room, 4)
    assert len(room.visit.choosing) == 2
    assert last["done"]["visible"]
    assert last["trouble"]["visible"]


def test_who_was_chosen_stays_chosen_for_this_photo_alone(room: SimpleNamespace) -> None:
    room.visit.values = {**EMPTY, "engine": "", "face": 1}
    assert room.staying.resume(ME, room.visit.id)["face"]["value"] == 1
    assert bring(room)["face"]["value"] == 0
    room.visit.values = {**EMPTY, "engine": "", "face": 1}
    room.shop.intake.arrivals.clear()
    assert "face" not in room.staying.resume(ME, room.visit.id), "one that cannot be chosen would silence the button"


def test_those_to_choose_from_are_kept_longer(room: SimpleNamespace) -> None:
    make(room, 4)
    for name in room.visit.choosing:
        room.shop.parcels.take(name)
    room.keeping.keep_longer(ME)
    assert [taken for _, taken in room.shop.parcels.left().values()] == [False] * 4


def test_a_page_that_was_forgotten_is_told_so(room: SimpleNamespace) -> None:
    """Its line was cut for longer than is waited, as when a laptop sleeps: it still shows what is not here any more."""
    other = "back again"
    told = room.keeping.swept(other)
    assert told["photo"] is None
    assert "wiped" in told["report"]
    assert not told["done"]["visible"]
    assert room.keeping.swept(ME).keys() == {"wall", "kept"}, "nothing of it is gone"
    room.do.drop_photo(ME)
    room.visit.looked = 1
    assert room.keeping.swept(ME).keys() == {"wall", "kept"}, "what was told stays as it is"


def test_no_room_in_the_line_for_paper(room: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    make(room)

    def full(*_what: object) -> None:
        raise LineFull

    monkeypatch.setattr(room.shop, "begin", full)
    told = list(room.picking.resize(ME, PRINT))
    assert {"paper": SCREEN} in [{name: one["value"] for name, one in news.items()} for news in told if "paper" in news]
    assert "picture.png" in told[-1]["files"], "no bar that never moves"
    room.shop.parcels.clear()
    assert list(room.picking.resize(ME, PRINT)) == [{}]


def test_a_chore_that_breaks_does_not_stop_the_clock(capsys: pytest.CaptureFixture[str]) -> None:
    def breaks() -> int:
        raise RuntimeError

    shelf: Shelf[Sheet] = Shelf(places=2, now=lambda: 0.0)
    retention = Retention([shelf], keep_seconds=0.0, chores=[breaks, lambda: 2])
    shelf.put(placeholder())
    assert retention.sweep() == 3
    assert "RuntimeError" in capsys.readouterr().err
