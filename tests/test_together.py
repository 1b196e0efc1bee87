"""Several pictures of one order, painted at once by an engine that gains by it, and asked for one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import stylize
from stylize import photo
from stylize.colour import to_linear
from stylize.errors import Cancelled
from stylize.models import Capabilities, Cutout, Picture, Plan, Request, Subject
from stylize.photo import Sitting
from stylize.progress import CancelToken, Progress, Stage, Tell, nobody
from stylize.together import Together, order_of
from stylize.workshop import Workshop
from tests.painter import painter

SIZE = stylize.Size(width=256, height=320)


class Wide:
    """Paints the seed and the first shade of what it begins from, and so many pictures at once as it is told."""

    name = "diffusion"

    def __init__(self, rows: int = 4) -> None:
        self.rows = rows
        self.painted: list[tuple[int, ...]] = []
        self.slow = 0.0

    def capabilities(self) -> Capabilities:
        return painter(schedulers=("ddim", "dpmpp-2m-karras"))

    def load(self, *, tell: Tell = nobody) -> None: ...

    def weights_digest(self, loras: object = (), guides: object = ()) -> str:
        return "c" * 64

    def side_by_side(self, plan: Plan) -> int:
        return self.rows

    def generate(self, subject: Subject, plan: Plan, **more: Any) -> Picture:
        drawn = more.pop("init_picture", None)
        return self.generate_many(subject, (plan,), init_pictures=(drawn,), **more)[0]

    def generate_many(
        self,
        subject: Subject,
        plans: Sequence[Plan],
        *,
        tell: Tell,
        cancel: CancelToken,
        init_pictures: Sequence[Picture | None] = (),
    ) -> tuple[Picture, ...]:
        self.painted.append(tuple(plan.seed for plan in plans))
        for step in range(4):
            cancel.check()
            tell(Progress(stage=Stage.GENERATE, fraction=step / 4))
        time.sleep(self.slow)
        return tuple(
            self._picture(plan, 0 if drawn is None else int(drawn.pixels[0, 0, 0]))
            for plan, drawn in zip(plans, init_pictures or (None,) * len(plans), strict=True)
        )

    def _picture(self, plan: Plan, shade: int) -> Picture:
        assert plan.denoise is not None
        pixels = np.full((plan.size.height, plan.size.width, 3), (plan.seed % 256, shade, 40), np.uint8)
        light, alpha = to_linear(pixels.astype(np.float32) / 255), np.ones(pixels.shape[:2], np.float32)
        return Picture(
            pixels=pixels,
            cutout=Cutout(light=light, alpha=alpha, shadow=alpha.copy(), staged=False),
            plan_digest=plan.digest(),
            timings=(),
            alone=np.dstack([pixels, np.full_like(pixels[..., 0], 255)]),
            rows=plan.denoise.rows,
        )

    def close(self) -> None: ...


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    with Workshop() as workshop:
        yield workshop


@pytest.fixture(scope="module")
def sitting(portraits: dict[str, bytes]) -> Sitting:
    return Sitting(photo.read(portraits["astronaut"]))


def requests(count: int = 4, **more: Any) -> list[Request]:
    asked = Request(**{"engine": "diffusion", "size": SIZE, "style": "painted-anime", **more})
    return [replace(asked, seed=seed) for seed in range(40, 40 + count)]


def make(workshop: Workshop, engine: Wide, sitting: Sitting, asked: Sequence[Request]) -> list[stylize.Result]:
    workshop._engines["diffusion"] = engine
    together = order_of(asked)
    made = [workshop.run(sitting, request, together=together) for request in asked]
    assert len(together) == 0
    return made


def test_four_seeds_are_painted_at_once_and_each_has_a_receipt_of_its_own(workshop: Workshop, sitting: Sitting) -> None:
    engine = Wide()
    engine.slow = 0.2
    results = make(workshop, engine, sitting, requests())
    assert engine.painted == [(40, 41, 42, 43)]
    assert [result.receipt.seed for result in results] == [40, 41, 42, 43]
    assert [result.request.seed for result in results] == [40, 41, 42, 43]
    assert [result.request.denoise.rows for result in results] == [4, 4, 4, 4], "asked again, each is the same"
    assert [int(result.picture[0, 0, 0]) for result in results] == [40, 41, 42, 43]
    assert len({result.receipt.plan_digest for result in results}) == 4
    for result in results:
        assert result.receipt.plan_digest == result.plan.digest()
        assert dict(result.receipt.denoise)["rows"] == "4"
    took = [dict(result.receipt.durations_seconds)["generate"] for result in results]
    assert all(seconds > 0.04 for seconds in took), "the seconds are shared"
    assert took[0] < 3 * took[1]


def test_each_begins_from_its_own_figure(workshop: Workshop, sitting: Sitting) -> None:
    """As it would alone; whoever asks for one again, as one of four, gets the same."""
    asked = requests(style="action-figure")
    engine, single = Wide(), Wide(rows=1)
    together = make(workshop, engine, sitting, asked)
    alone = make(workshop, single, sitting, asked)
    assert (len(engine.painted), len(single.painted)) == (1, 4)
    assert all(np.array_equal(one.picture, other.picture) for one, other in zip(together, alone, strict=True))
    assert "rows" not in dict(alone[0].receipt.denoise)
    again = replace(asked[2], denoise=replace(asked[2].denoise, rows=4))
    (result,) = make(workshop, engine, sitting, [again])
    assert result.plan == together[2].plan
    assert engine.painted[-1] == (42,)


@pytest.mark.parametrize(("rows", "painted"), [(1, 4), (2, 2), (3, 2)])
def test_as_many_as_fit(rows: int, painted: int, workshop: Workshop, sitting: Sitting) -> None:
    engine = Wide(rows=rows)
    results = make(workshop, engine, sitting, requests())
    assert len(engine.painted) == painted
    assert [result.receipt.seed for result in results] == [40, 41, 42, 43]


def test_what_differs_by_more_than_its_seed_is_painted_alone(workshop: Workshop, sitting: Sitting) -> None:
    first, second = requests(2)
    engine = Wide()
    make(workshop, engine, sitting, [first, replace(second, style="clay")])
    assert engine.painted == [(40,), (41,)]
    assert order_of([replace(first, seed=None), second])._seeds == ()


def test_progress_says_of_how_many_it_tells_and_goes_forwards(workshop: Workshop, sitting: Sitting) -> None:
    workshop._engines["diffusion"] = Wide()
    asked, heard = requests(2), []
    together = order_of(asked)
    for request in asked:
        told: list[Progress] = []
        heard.append(told)
        workshop.run(sitting, request, together=together, tell=told.append)
    for told in heard:
        fractions = [progress.fraction for progress in told if progress.stage is Stage.GENERATE]
        assert fractions == sorted(fractions)
        assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert {progress.pictures for progress in heard[0]} == {1, 2}
    assert {progress.pictures for progress in heard[1]} == {1}


def test_a_stop_ends_all_of_them_and_what_waits_is_overwritten(workshop: Workshop, sitting: Sitting) -> None:
    engine, cancel = Wide(), CancelToken()
    workshop._engines["diffusion"] = engine
    asked = requests()
    together = order_of(asked)

    def stop(progress: Progress) -> None:
        if progress.stage is Stage.GENERATE and progress.fraction > 0.3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        workshop.run(sitting, asked[0], together=together, tell=stop, cancel=cancel)
    assert len(together) == 0
    workshop.run(sitting, asked[0], together=together)
    waiting = [layer for one in together._waiting.values() for layer in one.picture.layers if layer is not None]
    assert len(waiting) == 3 * 5, "the pixels, the figure alone, and the three layers of its outline"
    together.end()
    assert not any(pixels.any() for pixels in waiting)
    assert len(together) == 0


def test_nothing_is_together_unless_somebody_says_so() -> None:
    assert Together().to_paint(some_plan(), Wide()) == (some_plan(),)
    told = replace(some_plan(), denoise=replace(some_plan().denoise, rows=2))  # type: ignore[type-var]
    assert Together((7, 8)).to_paint(told, Wide()) == (told,)


def some_plan() -> Plan:
    from tests.diffusion.tiny import make_plan

    return make_plan(seed=7)
