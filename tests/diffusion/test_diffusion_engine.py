"""The engine as its users meet it: size, progress, cancel, seeds, and plans that fit the weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import (
    Cancelled,
    EngineFailed,
    InitPictureMissing,
    StylizeError,
    UnknownChoice,
    WeightsChanged,
    WeightsMissing,
)
from stylize.geometry import Size
from stylize.models import Lora, Picture, Subject
from stylize.progress import CancelToken, Progress, Stage, nobody
from tests.diffusion import tiny
from tests.diffusion.painting import paint, pipeline_of

EngineOf = Callable[[str], DiffusionEngine]
FolderOf = Callable[[str], Path]


# ---------------------------------------------------------------- size, progress, preview


@pytest.mark.parametrize("size", [Size(width=64, height=64), Size(width=72, height=104), Size(width=61, height=75)])
def test_the_picture_has_the_size_of_the_plan(engine_of: EngineOf, drawn_subject: Subject, size: Size) -> None:
    assert paint(engine_of("sd15"), drawn_subject, tiny.make_plan(size=size)).shape == (size.height, size.width, 3)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_progress_runs_from_0_to_1_with_sketches(family: str, engine_of: EngineOf, drawn_subject: Subject) -> None:
    heard: list[Progress] = []
    plan = tiny.make_plan(num_inference_steps=10, strength=0.5)
    picture = engine_of(family).generate(drawn_subject, plan, tell=heard.append, cancel=CancelToken())
    fractions = [progress.fraction for progress in heard]
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)
    assert len(fractions) == 2 + 5
    assert {progress.stage for progress in heard} == {Stage.GENERATE}
    sketches = [progress.preview for progress in heard if progress.preview is not None]
    assert sketches
    assert all(sketch.shape == (12, 8, 3) and sketch.dtype == np.uint8 for sketch in sketches)
    assert picture.plan_digest == plan.digest()
    assert [stage for stage, _ in picture.timings] == ["prepare", "denoise", "decode"]


def test_one_step_runs_however_small_the_strength(engine_of: EngineOf, drawn_subject: Subject) -> None:
    for steps in (5, 49):
        heard: list[Progress] = []
        plan = tiny.make_plan(strength=0.001, num_inference_steps=steps)
        engine_of("sd15").generate(drawn_subject, plan, tell=heard.append, cancel=CancelToken())
        assert len(heard) == 3


# ---------------------------------------------------------------- cancel


def test_cancel_stops_within_one_step(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine, cancel = engine_of("sd15"), CancelToken()
    unet_runs: list[int] = []

    def count(*_: object) -> None:
        unet_runs.append(1)
        if len(unet_runs) == 2:
            cancel.cancel()

    hook = pipeline_of(engine).unet.register_forward_pre_hook(count)
    try:
        with pytest.raises(Cancelled):
            engine.generate(
                drawn_subject, tiny.make_plan(num_inference_steps=30, strength=1.0), tell=nobody, cancel=cancel
            )
    finally:
        hook.remove()
    assert len(unet_runs) == 2


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
@pytest.mark.parametrize("where", ["text_encoder", "vae.encoder", "unet", "vae.decoder"])
def test_a_stop_is_heard_inside_a_net(family: str, where: str, engine_of: EngineOf, drawn_subject: Subject) -> None:
    """Asked for in one of its blocks, every one of which is slow here: no second one begins."""
    import torch

    engine, cancel = engine_of(family), CancelToken()
    engine.forget()
    net = attrgetter(where)(pipeline_of(engine))
    begun: list[float] = []

    def work_slowly(*_: object) -> None:
        begun.append(time.monotonic())
        time.sleep(0.05)
        cancel.cancel()

    leaves = [layer for layer in net.modules() if isinstance(layer, torch.nn.GroupNorm | torch.nn.LayerNorm)]
    hooks = [leaf.register_forward_pre_hook(work_slowly) for leaf in leaves]
    try:
        with pytest.raises(Cancelled):
            engine.generate(drawn_subject, tiny.make_plan(seed=99, num_inference_steps=2), tell=nobody, cancel=cancel)
    finally:
        for hook in hooks:
            hook.remove()
    assert 1 <= len(begun) <= 3, "a block norms three times at most"
    assert len(leaves) > 6
    assert not any(part._forward_pre_hooks for part in net.modules()), "nothing listens any more"
    assert paint(engine, drawn_subject, tiny.make_plan()).shape == (96, 64, 3)


def test_cancel_before_the_start(engine_of: EngineOf, drawn_subject: Subject) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        engine_of("sd15").generate(drawn_subject, tiny.make_plan(), tell=nobody, cancel=cancel)


def test_a_listener_may_cancel_and_the_next_picture_is_as_ever(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine, plan = engine_of("sd15"), tiny.make_plan(scheduler="dpmpp-2m-karras")
    before = paint(engine, drawn_subject, plan)

    def stop(progress: Progress) -> None:
        if progress.fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.generate(drawn_subject, plan, tell=stop, cancel=CancelToken())
    assert np.array_equal(paint(engine, drawn_subject, plan), before)


# ---------------------------------------------------------------- seeds, init picture


def test_a_seed_is_a_picture(engine_of: EngineOf, tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    plan = tiny.make_plan(scheduler="euler-a", seed=11)
    first = paint(engine_of("sd15"), drawn_subject, plan)
    paint(engine_of("sd15"), drawn_subject, tiny.make_plan(scheduler="lcm", seed=12))
    assert np.array_equal(paint(engine_of("sd15"), drawn_subject, plan), first)
    other = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    assert np.array_equal(paint(other, drawn_subject, plan), first)
    assert not np.array_equal(paint(other, drawn_subject, tiny.make_plan(scheduler="euler-a", seed=12)), first)


def test_the_figure_can_be_the_beginning(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine = engine_of("sd15")
    plan = tiny.make_plan(init_image="figure")
    figure = Picture(pixels=np.full((96, 64, 3), 90, np.uint8), cutout=None, plan_digest="", timings=())
    from_figure = paint(engine, drawn_subject, plan, init_picture=figure)
    assert not np.array_equal(from_figure, paint(engine, drawn_subject, tiny.make_plan()))
    grey = tiny.make_subject(np.full((300, 200, 3), 90, np.uint8))
    assert np.array_equal(from_figure, paint(engine, grey, tiny.make_plan()))
    with pytest.raises(InitPictureMissing):
        paint(engine, drawn_subject, plan)


# ---------------------------------------------------------------- plans and weights


def test_the_plan_must_be_for_these_weights(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine = engine_of("sd15")
    bare = paint(engine, drawn_subject, tiny.make_plan())
    right = engine.weights_digest()
    assert np.array_equal(paint(engine, drawn_subject, tiny.make_plan(weights_digest=right)), bare)
    loras = (Lora(name="bright"),)
    with pytest.raises(WeightsChanged):
        paint(engine, drawn_subject, tiny.make_plan(weights_digest=right, loras=loras))
    paint(engine, drawn_subject, tiny.make_plan(weights_digest=engine.weights_digest(loras), loras=loras))


def test_unknown_scheduler(engine_of: EngineOf, drawn_subject: Subject) -> None:
    with pytest.raises(UnknownChoice, match="dpmpp-2m-karras"):
        paint(engine_of("sd15"), drawn_subject, tiny.make_plan(scheduler="quantum"))


def test_no_weights_is_a_sentence_not_a_crash(tmp_path: Path, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tmp_path)
    able = engine.capabilities()
    assert not able.ready
    assert "weights/README.md" in able.why
    assert able.family == ""
    with pytest.raises(WeightsMissing):
        engine.load()
    with pytest.raises(WeightsMissing):
        paint(engine, drawn_subject, tiny.make_plan())
    engine.close()


def test_capabilities_name_family_and_schedulers(engine_of: EngineOf) -> None:
    able = engine_of("sdxl").capabilities()
    assert (able.ready, able.why, able.family, able.size_multiple) == (True, "", "sdxl", 8)
    assert "euler-a" in able.schedulers


def test_whatever_goes_wrong_inside_is_our_own_error(engine_of: EngineOf, drawn_subject: Subject) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("a secret prompt")

    hook = pipeline_of(engine_of("sd15")).unet.register_forward_pre_hook(break_down)
    try:
        with pytest.raises(EngineFailed, match="ZeroDivisionError") as caught:
            paint(engine_of("sd15"), drawn_subject, tiny.make_plan())
    finally:
        hook.remove()
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, StylizeError)
