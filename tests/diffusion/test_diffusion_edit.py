"""Models that edit by instruction: painted with to the bit as plain diffusers does, with sketches, and asked to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.diffusion.edit import edit_guides
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.frame import cover, init_image
from stylize.errors import (
    BlackPicture,
    Cancelled,
    InitPictureMissing,
)
from stylize.geometry import Size
from stylize.models import Lora, Picture, Subject
from stylize.progress import CancelToken, Progress
from tests.diffusion import tiny_edit
from tests.diffusion.painting import paint, pipeline_of
from tests.diffusion.tiny_edit import edit_plan, paint_plainly

FolderOf = Callable[[str], Path]

pytestmark = pytest.mark.usefixtures("small_conditions")


def figure(height: int = 120, width: int = 80) -> Picture:
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([255 - 2 * x, 2 * y, x + y], axis=-1).clip(0, 255).astype(np.uint8)
    return Picture(pixels=pixels, cutout=None, plan_digest="", timings=())


# ---------------------------------------------------------------- the same bits


@pytest.mark.parametrize(
    ("family", "guidance_scale", "negative_prompt"),
    [("flux2-klein", 1.0, ""), ("qwen-image-edit", 1.0, ""), ("qwen-image-edit", 4.0, ""), ("qwen-image-edit", 3.0, "a box")],
)  # fmt: skip
def test_as_plain_diffusers(
    family: str,
    guidance_scale: float,
    negative_prompt: str,
    edit_folder: FolderOf,
    edit_engine: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
) -> None:
    """Twice: the second time with nothing encoded anew. And with another seed from the same memory."""
    plan = edit_plan(guidance_scale=guidance_scale, negative_prompt=negative_prompt)
    plain = tiny_edit.plain_pipeline(edit_folder(family), family)
    image = init_image(drawn_subject, plan, None, size=plan.size)
    engine = edit_engine(family)
    theirs = paint_plainly(plain, family, plan, [image])
    assert theirs.std() > 2
    for _ in range(2):
        assert np.array_equal(paint(engine, drawn_subject, plan), theirs)
    other = replace(plan, seed=2**32 - 1)
    mine = paint(engine, drawn_subject, other)
    assert np.array_equal(mine, paint_plainly(plain, family, other, [image]))
    assert not np.array_equal(mine, theirs)


@pytest.mark.parametrize("family", tiny_edit.FAMILIES)
def test_the_figure_is_the_second_picture(
    family: str, edit_folder: FolderOf, edit_engine: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    plan, drawn = edit_plan(image_reference="figure"), figure()
    assert plan.denoise is not None
    assert plan.denoise.needs_figure
    mine = paint(edit_engine(family), drawn_subject, plan, init_picture=drawn)
    image = init_image(drawn_subject, plan, None, size=plan.size)
    second = cover(drawn.pixels, plan.size, centre=None)
    plain = tiny_edit.plain_pipeline(edit_folder(family), family)
    assert np.array_equal(mine, paint_plainly(plain, family, plan, [image, second]))
    assert not np.array_equal(mine, paint(edit_engine(family), drawn_subject, edit_plan()))
    with pytest.raises(InitPictureMissing):
        edit_guides(image, plan.denoise, None)


@pytest.mark.parametrize("family", tiny_edit.FAMILIES)
def test_bfloat16_is_its_half_precision(family: str, edit_folder: FolderOf, drawn_subject: Subject) -> None:
    plan = edit_plan()
    mine = paint(DiffusionEngine(edit_folder(family), device="cpu", dtype="bfloat16"), drawn_subject, plan)
    plain = tiny_edit.plain_pipeline(edit_folder(family), family, "bfloat16")
    image = init_image(drawn_subject, plan, None, size=plan.size)
    assert np.array_equal(mine, paint_plainly(plain, family, plan, [image]))


def test_a_lora_is_worn_and_leaves_no_trace(edit_folder: FolderOf, drawn_subject: Subject) -> None:
    import torch
    from safetensors.torch import save_file

    folder = edit_folder("flux2-klein")
    engine = DiffusionEngine(folder, device="cpu")
    before = paint(engine, drawn_subject, edit_plan())
    block = pipeline_of(engine).transformer.transformer_blocks[0].attn.to_q
    name = "transformer.transformer_blocks.0.attn.to_q"
    (folder.parent / "loras").mkdir(exist_ok=True)
    save_file(
        {
            f"{name}.lora_A.weight": torch.full((4, block.in_features), 0.3),
            f"{name}.lora_B.weight": torch.full((block.out_features, 4), 0.5),
        },
        str(folder.parent / "loras" / "clay.safetensors"),
    )
    worn = paint(engine, drawn_subject, edit_plan(loras=(Lora(name="clay"),)))
    assert not np.array_equal(worn, before)
    assert np.array_equal(paint(engine, drawn_subject, edit_plan()), before)


def test_a_side_between_two_multiples_is_painted_larger_and_cut(
    edit_engine: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    pixels = paint(edit_engine("flux2-klein"), drawn_subject, edit_plan(size=Size(width=72, height=90)))
    assert pixels.shape == (90, 72, 3)


# ---------------------------------------------------------------- on the way


@pytest.mark.parametrize("family", tiny_edit.FAMILIES)
def test_sketches_come_near_the_picture(
    family: str, edit_engine: Callable[[str], DiffusionEngine], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step's is of the very latents that are decoded; how well a line fits a random VAE is another matter."""
    from stylize.engines.diffusion import edit

    monkeypatch.setattr(edit, "PREVIEW_SECONDS", 0.0)
    heard: list[Progress] = []
    edit_engine(family).generate(drawn_subject, edit_plan(), tell=heard.append, cancel=CancelToken())
    sketches = [progress.preview for progress in heard if progress.preview is not None]
    assert [sketch.shape for sketch in sketches] == [(12, 8, 3)] * 3
    assert [progress.fraction for progress in heard] == sorted(progress.fraction for progress in heard)


def test_the_map_of_a_sketch_is_exact_where_colours_are_a_line() -> None:
    import torch

    from stylize.engines.diffusion.edit_preview import Foresight

    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(1, 8, 12, 8, generator=generator)
    colours = torch.einsum("bchw,cr->brhw", latents, torch.randn(8, 3, generator=generator) * 0.05) + 0.1
    foresight = Foresight()
    foresight.learn(colours.repeat_interleave(8, 2).repeat_interleave(8, 3), latents)

    class Flat:
        vae = None

    from stylize.engines.diffusion import edit_preview

    unpack = edit_preview.unpack
    edit_preview.unpack = lambda pipeline, expected, size: expected
    try:
        foresight._expected = latents
        sketch = foresight.sketch(Flat, (64, 96))
    finally:
        edit_preview.unpack = unpack
    assert sketch is not None
    expected = (colours[0].permute(1, 2, 0) * 127.5 + 127.5).numpy()
    assert np.abs(sketch - expected).max() <= 2


@pytest.mark.parametrize("family", tiny_edit.FAMILIES)
@pytest.mark.parametrize("where", ["text_encoder", "transformer", "vae"])
def test_a_stop_is_heard_inside_a_step(
    family: str, where: str, edit_engine: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    import torch

    engine, cancel = edit_engine(family), CancelToken()
    engine.forget()
    net = getattr(pipeline_of(engine), where)
    first = next(part for part in net.modules() if isinstance(part, torch.nn.ModuleList) and len(part))[0]
    hook = first.register_forward_hook(lambda *_: cancel.cancel())
    heard: list[Progress] = []
    try:
        with pytest.raises(Cancelled):
            engine.generate(drawn_subject, edit_plan(seed=99), tell=heard.append, cancel=cancel)
    finally:
        hook.remove()
    assert max(progress.fraction for progress in heard) == 0.0, "not even one step was finished"
    assert not any(part._forward_pre_hooks for part in net.modules() if isinstance(part, torch.nn.ModuleList))
    assert paint(engine, drawn_subject, edit_plan()).shape == (96, 64, 3)


def test_nothing_is_encoded_twice_until_it_is_forgotten(
    edit_engine: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    engine = edit_engine("qwen-image-edit")
    calls: list[str] = []
    pipeline = pipeline_of(engine)
    hooks = [
        part.register_forward_hook(lambda *_, name=name: calls.append(name))
        for name, part in (("text", pipeline.text_encoder), ("photo", pipeline.vae.encoder))
    ]
    engine.forget()
    for seed in (1, 2):
        paint(engine, drawn_subject, edit_plan(seed=seed))
    once = sorted(set(calls))
    assert once == ["photo", "text"]
    assert calls.count("text") == 1
    seen = calls.count("photo")
    engine.forget()
    paint(engine, drawn_subject, edit_plan(seed=3))
    assert (calls.count("text"), calls.count("photo")) == (2, 2 * seen)
    for hook in hooks:
        hook.remove()


@pytest.mark.parametrize("family", tiny_edit.FAMILIES)
@pytest.mark.parametrize("part", ["transformer", "vae"])
def test_broken_numbers_are_no_picture(family: str, part: str, edit_folder: FolderOf, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(edit_folder(family), device="cpu")
    net = getattr(pipeline_of(engine), part)
    net = net.decoder if part == "vae" else net
    next(net.parameters()).data.fill_(float("nan"))
    with pytest.raises(BlackPicture):
        paint(engine, drawn_subject, edit_plan())
