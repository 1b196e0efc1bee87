"""Every engine keeps the contract of `stylize.engines.base`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from stylize.engines import registry
from stylize.engines.base import Engine
from stylize.errors import Cancelled, DeclarationError, OutOfRange, StylizeError, UnknownChoice
from stylize.geometry import Size
from stylize.models import Subject
from stylize.progress import CancelToken, Progress, Stage
from stylize.settings import Settings
from tests.contracts.cases import CASES, Case, generate


def test_every_built_in_engine_is_held_to_the_contract() -> None:
    assert set(CASES) == set(registry.BUILT_IN)


def test_says_what_it_can_do_before_it_is_loaded(engine: Engine, case: Case) -> None:
    can = engine.capabilities()
    assert can.name == engine.name
    assert can.ready, can.why
    assert can.min_size.width <= 512 <= can.max_size.width
    assert can.min_size.height <= 512 <= can.max_size.height
    assert can.size_multiple >= 1


def test_the_picture_has_the_size_of_the_plan(engine: Engine, case: Case, subject: Subject) -> None:
    for size in case.sizes:
        plan = case.plan(subject, 1, size)
        picture = generate(engine, subject, plan)
        assert picture.pixels.shape == (size.height, size.width, 3)
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.std() > 3, "an empty picture"
        assert picture.plan_digest == plan.digest()
        assert all(seconds >= 0 for _, seconds in picture.timings)


def test_the_cutout_fits_the_picture(engine: Engine, case: Case, subject: Subject) -> None:
    picture = generate(engine, subject, case.plan(subject, 1, case.sizes[0]))
    if picture.cutout is None:
        pytest.skip("this engine does not know its figure's outline")
    cutout, shape = picture.cutout, picture.pixels.shape
    assert cutout.light.shape == shape
    assert cutout.alpha.shape == cutout.shadow.shape == shape[:2]
    for layer in (cutout.light, cutout.alpha, cutout.shadow):
        assert layer.dtype == np.float32
        assert np.isfinite(layer).all()
        assert layer.min() >= 0
    assert cutout.alpha.max() <= 1
    assert 0.02 < cutout.alpha.mean() < 0.98
    assert cutout.light[cutout.alpha == 0].max(initial=0) < 0.02, "light where there is no figure"


def test_the_figure_alone_is_the_one_in_the_picture(engine: Engine, case: Case, subject: Subject) -> None:
    picture = generate(engine, subject, case.plan(subject, 1, case.sizes[0]))
    if picture.alone is None:
        pytest.skip("this engine does not know its figure's outline")
    assert picture.alone.dtype == np.uint8
    assert picture.alone.shape == (*picture.pixels.shape[:2], 4)
    inside = picture.alone[..., 3] == 255
    assert 0.02 < inside.mean() < 0.98
    off = np.abs(picture.alone[inside, :3].astype(int) - picture.pixels[inside])
    assert off.mean() < 4, "other colours than in the picture"


def test_equal_plans_give_equal_pixels(case: Case, weights: Path, subject: Subject) -> None:
    plan = case.plan(subject, 7, case.sizes[0])
    first, second = case.make(weights), case.make(weights)
    one = generate(first, subject, plan).pixels
    np.testing.assert_array_equal(one, generate(first, subject, plan).pixels, "the same engine again")
    np.testing.assert_array_equal(one, generate(second, subject, plan).pixels, "another engine")
    other = generate(first, subject, case.plan(subject, 8, case.sizes[0])).pixels
    assert (one != other).any(), "the seed does nothing"
    first.close()
    second.close()


def test_progress_runs_from_nought_to_one(engine: Engine, case: Case, subject: Subject) -> None:
    heard: list[Progress] = []
    generate(engine, subject, case.plan(subject, 1, case.sizes[0]), tell=heard.append)
    fractions = [progress.fraction for progress in heard if progress.stage is Stage.GENERATE]
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert fractions == sorted(fractions)
    assert len(fractions) >= 4
    for progress in heard:
        if progress.preview is not None:
            assert progress.preview.dtype == np.uint8
            assert progress.preview.ndim == 3


def test_stops_within_one_step(engine: Engine, case: Case, subject: Subject) -> None:
    plan = case.plan(subject, 1, case.sizes[0])
    heard: list[Progress] = []
    generate(engine, subject, plan, tell=heard.append)
    for stop_at in range(len(heard) - 1):
        cancel, reports = CancelToken(), 0

        def tell(progress: Progress, cancel: CancelToken = cancel, stop_at: int = stop_at) -> None:
            nonlocal reports
            reports += 1
            if reports == stop_at + 1:
                cancel.cancel()

        with pytest.raises(Cancelled):
            generate(engine, subject, plan, tell=tell, cancel=cancel)
        assert reports <= stop_at + 2, "went on for more than a step"


def test_does_not_begin_what_is_already_cancelled(engine: Engine, case: Case, subject: Subject) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        generate(engine, subject, case.plan(subject, 1, case.sizes[0]), cancel=cancel)


def test_a_listener_may_stop_the_work(engine: Engine, case: Case, subject: Subject) -> None:
    def refuse(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        generate(engine, subject, case.plan(subject, 1, case.sizes[0]), tell=refuse)


def test_goes_on_after_a_stop_and_after_closing(engine: Engine, case: Case, subject: Subject) -> None:
    plan = case.plan(subject, 3, case.sizes[0])
    before = generate(engine, subject, plan).pixels
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        generate(engine, subject, plan, tell=lambda _: cancel.cancel(), cancel=cancel)
    np.testing.assert_array_equal(before, generate(engine, subject, plan).pixels)
    engine.close()
    engine.close()
    engine.load()
    np.testing.assert_array_equal(before, generate(engine, subject, plan).pixels)


def test_unknown_settings_are_refused(engine: Engine, case: Case, subject: Subject) -> None:
    if not case.reads_settings:
        pytest.skip("its settings are decided in the plan")
    plan = case.plan(subject, 1, case.sizes[0])
    with pytest.raises(DeclarationError):
        generate(engine, subject, dataclasses.replace(plan, settings=(("no-such-setting", 1.0),)))


def test_failures_are_typed(engine: Engine, case: Case, subject: Subject) -> None:
    """A person whose landmarks are nonsense: any answer but a picture or a StylizeError is wrong."""
    nonsense = np.full((468, 3), np.nan, np.float32)
    broken = dataclasses.replace(subject, person=dataclasses.replace(subject.person, landmarks=nonsense))
    try:
        picture = generate(engine, broken, case.plan(subject, 1, case.sizes[0]))
    except StylizeError:
        return
    assert picture.pixels.std() > 3


def test_sizes_it_cannot_do_are_refused(engine: Engine, case: Case, subject: Subject) -> None:
    if not case.reads_settings:
        pytest.skip("holds no bounds of its own")
    largest = engine.capabilities().max_size
    with pytest.raises(OutOfRange):
        generate(engine, subject, case.plan(subject, 1, Size(width=largest.width + 1, height=largest.height)))


def test_unknown_engines_are_named_as_such() -> None:
    with pytest.raises(UnknownChoice, match="figure"):
        registry.create("no-such-engine", Settings())
