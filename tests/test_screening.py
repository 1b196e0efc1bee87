"""What a trained model painted is looked at before anybody sees it. The net is the real one; what paints is a brush that
lays a bare mannequin, or a dressed one, where a picture should be.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

import stylize
from stylize import photo, screening
from stylize.errors import Cancelled, EngineFailed, PictureWithheld
from stylize.geometry import Box
from stylize.models import BoxOrder, Capabilities, Picture, Pixels, Plan, Subject
from stylize.photo import Sitting
from stylize.photo.nudity import shows_nudity
from stylize.progress import CancelToken, Progress, Stage, Tell, nobody
from stylize.together import order_of
from stylize.workshop import Workshop
from tests.painter import painter
from tests.photo.mannequin import mannequin

SMALL = stylize.Size(width=256, height=320)
REQUEST = stylize.Request(style="action-figure", size=SMALL, seed=3)


def drawn(size: stylize.Size, *, dressed: bool) -> Pixels:
    picture = mannequin(min(size.width, size.height), dressed=dressed)
    return np.asarray(cv2.resize(picture, (size.width, size.height)), np.uint8)


class Brush:
    """Paints a mannequin. `bare`: the numbers of the pictures that are; `sketches`: shown on the way; `face`: bare after
    the face pass.
    """

    name = "diffusion"

    def __init__(self, bare: Sequence[int] = (), sketches: Sequence[Pixels] = (), *, face: bool = False) -> None:
        self.bare, self.sketches, self.face = set(bare), tuple(sketches), face
        self.made: list[Picture] = []

    def capabilities(self) -> Capabilities:
        return painter(mends_faces=self.face)

    def load(self, *, tell: Tell = nobody) -> None: ...

    def weights_digest(self, loras: object = (), guides: object = ()) -> str:
        return "b" * 64

    def side_by_side(self, plan: Plan) -> int:
        return 4

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture:
        for number, sketch in enumerate(self.sketches):
            cancel.check()
            tell(Progress(stage=Stage.GENERATE, fraction=number / len(self.sketches), preview=sketch))
            time.sleep(0.3)
        pixels = drawn(plan.size, dressed=len(self.made) not in self.bare)
        self.made.append(Picture(pixels=pixels, cutout=None, plan_digest=plan.digest(), timings=()))
        return self.made[-1]

    def generate_many(
        self,
        subject: Subject,
        plans: Sequence[Plan],
        *,
        tell: Tell,
        cancel: CancelToken,
        init_pictures: Sequence[Picture | None] = (),
    ) -> tuple[Picture, ...]:
        return tuple(self.generate(subject, plan, tell=tell, cancel=cancel) for plan in plans)

    def mend_face(
        self, subject: Subject, plan: Plan, picture: Picture, face: Box, *, tell: Tell, cancel: CancelToken
    ) -> Picture:
        pixels = drawn(plan.size, dressed=False)
        self.made.append(Picture(pixels=pixels, cutout=None, plan_digest=plan.digest(), timings=()))
        return self.made[-1]

    def close(self) -> None: ...


Hire = Callable[[Brush], Workshop]


@pytest.fixture(scope="module")
def sitting(portraits: dict[str, bytes]) -> Sitting:
    return Sitting(photo.read(portraits["astronaut"]))


@pytest.fixture
def hire() -> Hire:
    """A workshop whose diffusion is that brush."""

    def hired(brush: Brush) -> Workshop:
        workshop = Workshop(stylize.Settings())
        workshop._engines["diffusion"] = brush
        return workshop

    return hired


def test_a_dressed_picture_is_handed_over(hire: Hire, sitting: Sitting) -> None:
    brush = Brush()
    result = hire(brush).run(sitting, REQUEST)
    assert np.array_equal(result.picture, brush.made[0].pixels)
    assert result.plan.engine == "diffusion"


def test_a_bare_one_is_not_nor_does_another_engine_step_in_and_it_is_overwritten(hire: Hire, sitting: Sitting) -> None:
    brush = Brush(bare=[0])
    with pytest.raises(PictureWithheld) as refused:
        hire(brush).run(sitting, REQUEST)
    assert refused.value.exit_code == 7
    assert "seed" in str(refused.value)
    assert not brush.made[0].pixels.any()


def test_nor_what_the_face_pass_has_made_of_it(hire: Hire, sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    from stylize import retouching
    from stylize.models import Face

    face = Face(box=Box(left=90, top=20, right=160, bottom=90), score=1.0, keypoints=np.zeros((6, 2), np.float32))
    monkeypatch.setattr(retouching, "find_faces", lambda pixels: (face,))
    brush = Brush(face=True)
    with pytest.raises(PictureWithheld):
        hire(brush).run(sitting, REQUEST)
    assert len(brush.made) == 2
    assert not any(picture.pixels.any() for picture in brush.made)


def test_of_several_that_were_painted_at_once_each_is_looked_at(hire: Hire, sitting: Sitting) -> None:
    brush = Brush(bare=[1])
    workshop = hire(brush)
    requests = [replace(REQUEST, seed=seed) for seed in (1, 2, 3)]
    together = order_of(requests)
    outcomes = []
    for request in requests:
        try:
            workshop.run(sitting, request, together=together)
            outcomes.append("shown")
        except PictureWithheld:
            outcomes.append("withheld")
    assert outcomes == ["shown", "withheld", "shown"]
    assert not brush.made[1].pixels.any()


def test_a_toy_is_looked_at_too(hire: Hire, sitting: Sitting) -> None:
    brush = Brush(bare=range(9))
    request = stylize.Request(engine="figure", size=SMALL, seed=3, box=BoxOrder(name="Ada", toys=("garden gnome",)))
    with pytest.raises(PictureWithheld):
        hire(brush).run(sitting, request)
    assert len(brush.made) == 3, "other seeds are tried first"
    assert not any(picture.pixels.any() for picture in brush.made)


def test_of_the_sketches_only_those_are_told_that_passed(hire: Hire, sitting: Sitting) -> None:
    dressed, bare = mannequin(128, dressed=True), mannequin(128)
    brush = Brush(sketches=[dressed, bare, dressed + np.uint8(1), bare, bare])
    told: list[Progress] = []
    threads: set[int] = set()

    def hear(progress: Progress) -> None:
        told.append(progress)
        threads.add(threading.get_ident())

    hire(brush).run(sitting, REQUEST, tell=hear)
    shown = [progress.preview for progress in told if progress.preview is not None]
    assert shown
    assert not any(shows_nudity(sketch) for sketch in shown)
    assert threads == {threading.get_ident()}, "told on the thread that works, and by it alone"
    fractions = [progress.fraction for progress in told if progress.stage is Stage.GENERATE]
    assert fractions == sorted(fractions)


def test_sketches_that_come_too_fast_wait_for_nobody_and_the_newest_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    looking, go_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def slow(pixels: Pixels) -> bool:
        seen.append(int(pixels[0, 0, 0]))
        looking.set()
        assert go_on.wait(30)
        return False

    monkeypatch.setattr(screening, "check", slow)
    monkeypatch.setattr(screening, "SHARE", 1e-9)  # no time for it at all
    told: list[int | None] = []

    def hear_of(progress: Progress) -> None:
        told.append(None if progress.preview is None else int(progress.preview[0, 0, 0]))

    with screening.screening(hear_of, _plan()) as hear:
        for number in range(1, 40):
            hear(_sketch(number))
        assert looking.wait(30)
        assert told == [None] * 39
        go_on.set()
        monkeypatch.setattr(screening, "SHARE", 1e6)  # all the time in the world
        hear(_sketch(40))
        hear(_sketch(41))
    assert told[39:] == [1, 41]
    assert seen == [1, 41], "those between were never looked at, and never told"


@pytest.mark.parametrize(("pictures", "bare"), [(2, 0), (2, 1), (3, 1), (4, 0), (4, 3)])
def test_of_several_in_one_sketch_none_may_be_bare(pictures: int, bare: int) -> None:
    """In the whole, one among four is lost: the net sees it too small."""
    from stylize.engines.diffusion.rows import mosaic

    side = 128
    each = [mannequin(side, dressed=number != bare) for number in range(pictures)]
    sketch = mosaic(lambda numbers: each[numbers[0]], pictures)(list(range(pictures)))
    dressed = mosaic(lambda _numbers: each[bare - 1], pictures)(list(range(pictures)))
    assert screening._timed(sketch, pictures)[0]
    assert not screening._timed(dressed, pictures)[0]


def test_what_is_no_picture_is_not_handed_over() -> None:
    """Of numbers from 0 to 1 the net would say that they are black, and find nothing."""
    bare = (drawn(SMALL, dressed=False) / 255).astype(np.float32)
    for pixels in (bare, bare[..., 0], np.zeros((0, 0, 3), np.uint8)):
        with pytest.raises(EngineFailed):
            screening.screened(Picture(pixels=pixels, cutout=None, plan_digest="", timings=()), _plan())
        assert screening._timed(pixels, 1)[0]


def test_nor_a_figure_that_is_not_that_of_its_picture() -> None:
    bare = drawn(SMALL, dressed=False)
    alone = np.dstack([bare, np.full(bare.shape[:2], 255, np.uint8)])
    picture = Picture(pixels=drawn(SMALL, dressed=True), cutout=None, plan_digest="", timings=(), alone=alone)
    with pytest.raises(PictureWithheld):
        screening.screened(picture, _plan())
    assert not alone.any()


def test_a_listener_that_cancels_still_stops_the_work() -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), screening.screening(stop, _plan()) as hear:
        hear(_sketch(1))


def test_our_own_hands_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "check", lambda pixels: pytest.fail("looked at"))
    for engine in ("figure", "painting"):
        plan = replace(_plan(), engine=engine, denoise=None)
        picture = Picture(pixels=drawn(SMALL, dressed=True), cutout=None, plan_digest="", timings=())
        assert screening.screened(picture, plan) is picture
    with pytest.raises(pytest.fail.Exception):
        screening.screened(picture, replace(_plan(), engine="somebody-elses", denoise=None))


def _sketch(number: int) -> Progress:
    return Progress(
        stage=Stage.GENERATE, fraction=min(1.0, number / 50), preview=np.full((16, 16, 3), number, np.uint8)
    )


def _plan() -> Plan:
    from tests.diffusion import tiny

    return tiny.make_plan(seed=1, size=SMALL)
