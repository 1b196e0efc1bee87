"""The face pass: where the square lies, what changes in the picture, and that it is plain diffusers inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stylize.engines.diffusion.closeup import CloseUp, frame_face, put_back, soft_mask, take_out
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.mend import face_denoise
from stylize.errors import Cancelled, OutOfMemory, WeightsChanged
from stylize.geometry import Box, Size
from stylize.models import FacePass, Lora, Picture, Pixels, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, nobody
from stylize.receipt import acted
from stylize.retouching import touch_up
from tests.diffusion import tiny
from tests.diffusion.painting import pipeline_of

EngineOf = Callable[[str], DiffusionEngine]
NATIVE = 96
"""What the tiny models are said to paint best here; their real families' 512 would be slow."""
FACE = Box(left=40, top=30, right=70, bottom=66)


@st.composite
def views(draw: st.DrawFn) -> tuple[Size, Box, CloseUp]:
    """A picture, a face in it, and the square around that."""
    size = Size(width=draw(st.integers(64, 700)), height=draw(st.integers(64, 700)))
    wide, tall = draw(st.floats(26, 200)), draw(st.floats(26, 200))
    x, y = draw(st.floats(0, size.width - 1)), draw(st.floats(0, size.height - 1))
    face = Box(left=x - wide / 2, top=y - tall / 2, right=x + wide / 2, bottom=y + tall / 2)
    view = frame_face(face, size, 512)
    assert view is not None
    return size, face, view


def smooth_picture(size: Size) -> Pixels:
    y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32)
    waves = [127 + 100 * np.sin(x / 37 + n) * np.cos(y / 29 - n) for n in range(3)]
    return np.stack(waves, axis=-1).astype(np.uint8)


# ---------------------------------------------------------------- geometry


@settings(deadline=None, max_examples=60)
@given(views())
def test_the_square_lies_in_the_picture_and_holds_the_face(made: tuple[Size, Box, CloseUp]) -> None:
    size, face, view = made
    assert 0 <= view.left <= size.width - view.side
    assert 0 <= view.top <= size.height - view.side
    assert view.side * 1.15 <= view.painted == 512
    x, y = face.centre
    assert view.left - 1 <= x <= view.left + view.side + 1
    assert view.top - 1 <= y <= view.top + view.side + 1


@settings(deadline=None, max_examples=40)
@given(views())
def test_nothing_outside_of_the_mask_changes_by_a_bit(made: tuple[Size, Box, CloseUp]) -> None:
    size, _, view = made
    before = smooth_picture(size)
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    after = put_back(before, view, noise)
    mask = np.zeros((size.height, size.width), np.float32)
    mask[view.top : view.top + view.side, view.left : view.left + view.side] = soft_mask(view)
    assert np.array_equal(after[mask == 0], before[mask == 0])
    edge = soft_mask(view)
    assert edge.min() >= 0
    assert edge.max() <= 1
    assert not np.concatenate([edge[0], edge[-1], edge[:, 0], edge[:, -1]]).any(), "the square would show"


@settings(deadline=None, max_examples=40)
@given(views())
def test_a_face_that_is_not_changed_stays_as_it_is(made: tuple[Size, Box, CloseUp]) -> None:
    """Strength towards 0: taken out, enlarged, made small again and put back is the picture, to two grey levels."""
    size, _, view = made
    before = smooth_picture(size)
    after = put_back(before, view, take_out(before, view))
    assert np.abs(after.astype(int) - before).max() <= 2


def test_the_middle_of_the_face_is_the_new_one_and_the_seam_has_no_step() -> None:
    size = Size(width=300, height=400)
    view = frame_face(Box(left=100, top=100, right=180, bottom=190), size, 512)
    assert view is not None
    before = np.full((400, 300, 3), 100, np.uint8)
    # Another brightness everywhere, and a face that is brighter still: the first is taken out, the second stays.
    painted = np.full((512, 512, 3), 140, np.uint8)
    painted[206:306, 206:306] = 200
    after = put_back(before, view, painted)
    ring = (soft_mask(view) > 0.2) & (soft_mask(view) < 0.8)
    inside = after[view.top : view.top + view.side, view.left : view.left + view.side]
    assert np.abs(inside[ring].astype(int) - 100).max() <= 3
    assert inside[view.side // 2, view.side // 2].min() >= 155


@pytest.mark.parametrize(
    "face",
    [
        Box(left=100, top=100, right=120, bottom=180),
        Box(left=50, top=50, right=400, bottom=450),
        Box(left=900, top=10, right=980, bottom=90),
        Box(left=-200, top=10, right=-100, bottom=90),
    ],
    ids=["too small to be told", "large enough already", "right of the picture", "left of the picture"],
)
def test_where_it_gains_nothing_there_is_no_square(face: Box) -> None:
    assert frame_face(face, Size(width=600, height=600), 512) is None


@given(strength=st.floats(0.05, 0.8), steps=st.integers(1, 60))
def test_two_steps_run_at_least(strength: float, steps: int) -> None:
    denoise = face_plan(strength=strength).denoise
    assert denoise is not None
    mended = face_denoise(replace(denoise, num_inference_steps=steps))
    assert mended is not None
    assert mended.denoising_steps >= 2
    assert mended.num_inference_steps == max(steps, mended.num_inference_steps)
    assert (mended.control, mended.face_pass, mended.prompt) == (None, None, "the face of a toy")


# ---------------------------------------------------------------- with a model


@pytest.fixture
def mending(engine_of: EngineOf, monkeypatch: pytest.MonkeyPatch) -> EngineOf:
    def give(family: str) -> DiffusionEngine:
        engine = engine_of(family)
        engine.load()
        assert engine._loaded is not None
        monkeypatch.setattr(engine._loaded, "facts", replace(engine._loaded.facts, native_pixels=NATIVE**2))
        return engine

    return give


def face_plan(*, strength: float = 0.6, loras: tuple[Lora, ...] = ()) -> Plan:
    plan = tiny.make_plan(size=Size(width=128, height=160), loras=loras)
    assert plan.denoise is not None
    words = FacePass(strength=strength, prompt="the face of a toy")
    return replace(plan, denoise=replace(plan.denoise, face_pass=words))


def finished() -> Picture:
    pixels = smooth_picture(Size(width=128, height=160))
    return Picture(pixels=pixels, cutout=None, plan_digest="", timings=(("denoise", 1.0),))


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
@pytest.mark.parametrize("loras", [(), (Lora(name="bright", scale=0.7),)], ids=["bare", "LoRA"])
def test_inside_it_is_plain_img2img(
    family: str,
    loras: tuple[Lora, ...],
    mending: EngineOf,
    tiny_folder: Callable[[str], Path],
    drawn_subject: Subject,
) -> None:
    import diffusers
    import torch

    from tests.diffusion.conftest import plain_pipeline

    plan, picture = face_plan(loras=loras), finished()
    mine = mending(family).mend_face(drawn_subject, plan, picture, FACE, tell=nobody, cancel=CancelToken())

    pipeline = plain_pipeline(tiny_folder(family), family)
    for lora in loras:
        folder = tiny_folder(family).parent / "loras"
        pipeline.load_lora_weights(str(folder), weight_name=f"{lora.name}.safetensors", adapter_name=lora.name)
        pipeline.set_adapters([lora.name], [lora.scale])
    pipeline.scheduler = diffusers.DDIMScheduler.from_config(pipeline.scheduler.config)
    view = frame_face(FACE, plan.size, NATIVE)
    assert view is not None
    painted = pipeline(
        prompt="the face of a toy",
        negative_prompt="blurry",
        image=Image.fromarray(take_out(picture.pixels, view)),
        strength=0.6,
        num_inference_steps=5,
        guidance_scale=5.0,
        generator=torch.Generator("cpu").manual_seed(plan.seed),
    ).images[0]
    assert np.array_equal(mine.pixels, put_back(picture.pixels, view, np.asarray(painted)))
    assert not np.array_equal(mine.pixels, picture.pixels)
    assert [name for name, _ in mine.timings] == ["denoise", "face"]
    assert (acted(mine), acted(picture)) == ({"face_pass"}, set())


def test_progress_shows_the_whole_picture_with_the_face_in_it(mending: EngineOf, drawn_subject: Subject) -> None:
    heard: list[Progress] = []
    picture = finished()
    mending("sd15").mend_face(drawn_subject, face_plan(), picture, FACE, tell=heard.append, cancel=CancelToken())
    fractions = [progress.fraction for progress in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {progress.stage for progress in heard} == {Stage.GENERATE}
    sketches = [progress.preview for progress in heard if progress.preview is not None]
    assert sketches
    small = picture.pixels[::4, ::4]
    for sketch in sketches:
        assert sketch.shape == small.shape
        assert np.array_equal(sketch[-4:], small[-4:]), "the rest of the picture is as it was"
        assert not np.array_equal(sketch, small)


def test_cancel_stops_within_one_step_and_the_engine_goes_on(mending: EngineOf, drawn_subject: Subject) -> None:
    engine, cancel, plan = mending("sd15"), CancelToken(), face_plan(strength=0.8)
    first = engine.mend_face(drawn_subject, plan, finished(), FACE, tell=nobody, cancel=CancelToken())
    runs: list[int] = []

    def count(*_: object) -> None:
        runs.append(1)
        cancel.cancel()

    hook = pipeline_of(engine).unet.register_forward_pre_hook(count)
    try:
        with pytest.raises(Cancelled):
            engine.mend_face(drawn_subject, plan, finished(), FACE, tell=nobody, cancel=cancel)
    finally:
        hook.remove()
    assert len(runs) == 1
    again = engine.mend_face(drawn_subject, plan, finished(), FACE, tell=nobody, cancel=CancelToken())
    assert np.array_equal(first.pixels, again.pixels)


def test_what_fails_over_a_face_is_answered_as_over_a_picture(
    tiny_folder: Callable[[str], Path], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other weights than the plan was made for are refused; a model made as narrow as can be is let go of."""
    from stylize.engines.diffusion import mend

    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    other = replace(face_plan(), weights_digest="0" * 64)
    with pytest.raises(WeightsChanged):
        engine.mend_face(drawn_subject, other, finished(), FACE, tell=nobody, cancel=CancelToken())

    def full(*_: object, **__: object) -> None:
        raise OutOfMemory(device="cpu")

    monkeypatch.setattr(mend, "mend", full)
    with pytest.raises(OutOfMemory):
        engine.mend_face(drawn_subject, face_plan(), finished(), FACE, tell=nobody, cancel=CancelToken())
    assert engine._loaded is None


def test_a_large_face_and_a_plan_without_a_pass_are_left_alone(mending: EngineOf, drawn_subject: Subject) -> None:
    engine, picture = mending("sd15"), finished()
    large = Box(left=10, top=10, right=110, bottom=120)
    kept = engine.mend_face(drawn_subject, face_plan(), picture, large, tell=nobody, cancel=CancelToken())
    assert kept is picture
    bare = engine.mend_face(drawn_subject, tiny.make_plan(), picture, FACE, tell=nobody, cancel=CancelToken())
    assert bare is picture


def test_faces_of_toys_are_found_and_handed_to_the_engine(portraits: dict[str, bytes]) -> None:
    """The figure engine's toy of a real person; the engine asked to mend only notes where."""
    from stylize import photo, styles
    from stylize.engines.figure.engine import FigureEngine
    from stylize.models import Request

    opened = photo.read(portraits["biden"])
    subject = photo.isolate(opened, photo.inspect(opened, None))
    figure = FigureEngine()
    request = Request(style="vinyl", engine="figure", size=Size(width=512, height=640))
    style = styles.load_styles()["vinyl"]
    plan = styles.plan(request, style, (figure.capabilities(),), subject.person.look, 7, "")
    toy = figure.generate(subject, plan, tell=nobody, cancel=CancelToken())
    boxes: list[Box] = []

    class Noting(DiffusionEngine):
        def mend_face(self, subject: Subject, plan: Plan, picture: Picture, face: Box, **more: Any) -> Picture:
            boxes.append(face)
            return picture

    assert touch_up(Noting(), subject, face_plan(), toy, tell=nobody, cancel=CancelToken()) is toy
    (face,) = boxes
    x, y = face.centre
    assert 200 < x < 320
    assert 120 < y < 290
    assert 100 < face.width < 260
    assert touch_up(Noting(), subject, tiny.make_plan(), toy, tell=nobody, cancel=CancelToken()) is toy
    assert len(boxes) == 1
