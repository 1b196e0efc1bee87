"""The pictures of a visit: which are there, which is shown, what they weigh, and that each goes in its own time."""

from __future__ import annotations

import io
import threading
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import stylize
from stylize.enlarging import enlarge, print_size
from stylize.geometry import Size
from stylize.pipeline import Result
from stylize.progress import CancelToken, Progress, Stage, Tell
from ui import working
from ui.history import kept
from ui.job import Job
from ui.line import Line
from ui.parcel import BOOKS, FORMATS, PRINTS, Parcel
from ui.pictures import encode
from ui.shelf import Shelf
from ui.showing import RESULT, Showing
from ui.strings import language
from ui.visits import Visit

SMALL = Size(width=256, height=320)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with stylize.Workshop(stylize.Settings(weights=tmp_path_factory.mktemp("none"))) as held:
        yield held


@pytest.fixture(scope="module")
def result(workshop: Any, portraits: dict[str, bytes]) -> Result:
    request = stylize.Request(engine="figure", seed=5, size=SMALL, box=stylize.BoxOrder(name="Ada"))
    return workshop.run(portraits["obama"], request)


def copy(result: Result) -> Result:
    """One that may be wiped."""
    return replace(result, pixels=result.pixels.copy(), picture=result.picture.copy())


def parcel(result: Result, **options: Any) -> Parcel:
    return Parcel(copy(result), before=encode(result.pixels, ".jpg"), **options)


class Time:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def shop(workshop: Any, result: Result, clock: Time) -> Any:
    shelf: Shelf[Parcel] = Shelf(places=12, keep_seconds=100, now=clock)

    def pack(_photo: Any, photo_id: str, made: Result, seconds: float, code: str) -> str:
        return shelf.put(parcel(made, photo=photo_id, seconds=seconds, language=code))

    return SimpleNamespace(
        parcels=shelf,
        pack=pack,
        workshop=workshop,
        retention=SimpleNamespace(keep_seconds=100),
        engines=workshop.capabilities(),
    )


def choices(updates: dict[str, Any]) -> list[str]:
    return [name for _, name in updates["pictures"]["choices"]]


def test_one_is_shown_and_several_are_to_be_chosen_from(shop: Any, result: Result) -> None:
    showing, visit = Showing(language("en"), shop), Visit(photo="me")
    first = showing.show(visit, "me", None, [result], 2.0)
    assert set(first) == set(RESULT)
    assert visit.shown == visit.parcels[0]
    assert not first["pictures"]["visible"]
    assert f"/shelf/{visit.shown}/picture.png" in first["picture"]
    assert "Seed 5" in first["keepsakes"]

    four = showing.show(visit, "me", None, [result] * 4, 8.0)
    assert set(four) == set(RESULT)
    assert visit.shown is None
    assert choices(four)[:4] == list(visit.choosing), "in the order in which they were made"
    assert choices(four)[4:] == [visit.parcels[0]]
    assert (four["picture"], four["files"], four["pictures"]["value"]) == ("", "", None)
    assert "choose" in four["strip"]

    chosen = showing.choose(visit, visit.choosing[2])
    assert visit.shown == chosen["pictures"]["value"]
    assert visit.choosing == ()
    assert choices(chosen) == choices(four), "none moves under the hand"
    assert shop.parcels.get(visit.shown).seconds == 2.0

    other = showing.choose(visit, "somebody-elses")
    assert other["pictures"]["value"] == visit.shown, "nobody is shown what is not theirs"
    assert set(showing.again(visit)) == set(RESULT)


def test_each_goes_in_its_own_time(shop: Any, result: Result, clock: Time) -> None:
    showing, visit = Showing(language("de"), shop), Visit(photo="me")
    for _ in range(3):
        showing.show(visit, "me", None, [result], 1.0)
        clock.seconds += 30
    first, second, third = visit.parcels
    showing.choose(visit, first)  # a use: its time begins anew
    clock.seconds += 75
    assert [name for name, _ in kept(shop, visit)] == [first]
    assert shop.parcels.sweep() == 2
    updates = showing.again(visit)
    assert visit.parcels == [first]
    assert second not in updates["strip"]
    assert third not in updates["strip"]
    assert not updates["pictures"]["visible"]
    clock.seconds += 100
    gone = showing.gone(visit, "wiped")
    assert (gone["picture"], visit.shown, gone["side"]["visible"]) == ("wiped", None, False)
    assert set(gone) == set(RESULT)


def test_twelve_are_kept_and_they_weigh_what_is_said(shop: Any, result: Result) -> None:
    showing, visit = Showing(language("en"), shop), Visit(photo="me")
    for _ in range(14):
        showing.show(visit, "me", None, [result], 1.0)
    assert len(kept(shop, visit)) == 12
    assert len(visit.parcels) == 12


def test_those_that_are_finished_are_seen_while_the_rest_is_made(result: Result) -> None:
    goes_on = threading.Event()

    def work(number: int, tell: Tell, _cancel: CancelToken) -> Result:
        tell(Progress(stage=Stage.GENERATE, fraction=0.5))
        while number == 2 and not goes_on.wait(0.02):
            tell(Progress(stage=Stage.GENERATE, fraction=0.6))
        return result

    job = Job(work, rounds=3, line=Line())
    visit = Visit(job=job)
    until = time.monotonic() + 20
    while len(job.outcomes) < 2 and time.monotonic() < until:
        job.wait(0.1)
    ready = working.state(language("en"), visit)["ready"]
    assert len(ready) == 2
    assert all(address.startswith("data:image/jpeg;base64,") for address in ready)
    assert working.state(language("en"), visit, have=2)["ready"] == []
    job.cancel()
    assert job.wait_over(20)
    assert len(job.collect() or ()) == 2, "stopping keeps what is done"


def test_prints_are_there_once_they_were_made(result: Result) -> None:
    held = parcel(result)
    assert [held.sheet(name) for name in PRINTS] == [None] * 3
    assert held.print_size is None
    large = np.repeat(np.repeat(result.pixels, 2, 0), 2, 1)
    held.take_large(large)
    assert held.print_size == Size(width=512, height=640)
    for name in PRINTS:
        sheet = held.sheet(name)
        assert sheet is not None
        with Image.open(io.BytesIO(sheet.data)) as picture:
            assert picture.size == (512, 640)
    for name in FORMATS:
        sheet = held.sheet(name)
        assert sheet is not None
        with Image.open(io.BytesIO(sheet.data)) as picture:
            assert picture.size == (256, 320)
            assert "dpi" not in picture.info
    receipt = held.sheet("receipt.json")
    assert receipt is not None
    assert b"image/png, print" in bytes(receipt.data)
    assert held.file_name("print.png") == "stylize-action-figure-print.png"
    held.wipe()
    assert not large.any(), "overwritten"
    assert {held.sheet(name) for name in (*PRINTS, *FORMATS, *BOOKS, "small.jpg", "before.jpg")} == {None}
    late = np.ones((4, 4, 3), np.uint8)
    held.take_large(late)
    assert not late.any(), "overwritten, too"
    assert held.print_size is None, "what was wiped stays so"


def test_what_cannot_be_made_anew_is_enlarged(result: Result, workshop: Any) -> None:
    figure = next(able for able in workshop.capabilities() if able.name == "figure")
    painting = next(able for able in workshop.capabilities() if able.name == "painting")
    assert print_size(SMALL, figure) == Size(width=1280, height=1600)
    assert print_size(SMALL, painting).height <= painting.max_size.height
    assert print_size(SMALL, painting).aspect == pytest.approx(SMALL.aspect)
    assert print_size(Size(width=1600, height=2000)) == Size(width=1600, height=2000), "never smaller"
    held = parcel(result)
    held.enlarge(Size(width=512, height=640))
    assert (held.enlarged, held.print_size) == (True, Size(width=512, height=640))
    shrunk = np.asarray(Image.fromarray(enlarge(result, Size(width=512, height=640))).resize((256, 320)), np.int16)
    assert np.abs(shrunk - result.pixels).mean() < 3
