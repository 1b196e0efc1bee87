"""IP-Adapter and ControlNet: the pixels are those of plain diffusers, to the bit, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylize.engines.diffusion.controls import draw_control
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.frame import init_image
from stylize.engines.diffusion.portrait import portrait
from stylize.geometry import Size
from stylize.models import Lora, Picture, Pixels, Plan, Subject
from tests.diffusion.conftest import plain_pipeline
from tests.diffusion.painting import in_rows, paint, pipeline_of
from tests.diffusion.tiny_guides import CANNY, DEPTH, SOFTEDGE, guided_plan

FolderOf = Callable[[str], Path]
FAMILIES = ("sd15", "sdxl")
PLAIN = {
    "sd15": "StableDiffusionControlNetImg2ImgPipeline",
    "sdxl": "StableDiffusionXLControlNetImg2ImgPipeline",
    "union": "StableDiffusionXLControlNetUnionImg2ImgPipeline",
}


def paint_plainly(folder: Path, family: str, subject: Subject, plan: Plan) -> Pixels:
    """What a user of diffusers would write."""
    import diffusers
    import torch

    denoise, root = plan.denoise, folder.parent
    assert denoise is not None
    more: dict[str, Any] = {}
    pipeline = plain_pipeline(folder, family)
    if denoise.control:
        union = family == "sdxl" and denoise.control.kind != "canny"
        place = root / "controlnet" / ("sdxl-union" if union else f"{family}-{denoise.control.kind}")
        owner = diffusers.ControlNetUnionModel if union else diffusers.ControlNetModel
        kind = getattr(diffusers, PLAIN["union" if union else family])
        pipeline = kind.from_pretrained(
            str(folder), controlnet=owner.from_pretrained(str(place)), local_files_only=True
        )
        pipeline.set_progress_bar_config(disable=True)
        picture = draw_control(denoise.control, subject, None, plan.size)
        more = {
            "control_image": [picture] if union else picture,
            "controlnet_conditioning_scale": denoise.control.scale,
            "control_guidance_start": denoise.control.start,
            "control_guidance_end": denoise.control.end,
            **({"control_mode": [{"depth": 1, "softedge": 2}[denoise.control.kind]]} if union else {}),
        }
    for number, lora in enumerate(denoise.loras):
        pipeline.load_lora_weights(
            str(root / "loras"), weight_name=f"{lora.name}.safetensors", adapter_name=str(number), local_files_only=True
        )
        pipeline.set_adapters([str(number)], [lora.scale])
    if denoise.ip_adapter_scale:
        pipeline.load_ip_adapter(
            str(root),
            subfolder="ip-adapter",
            weight_name=f"ip-adapter-plus-face_{family}.safetensors",
            image_encoder_folder=str(root / "image-encoder"),
            local_files_only=True,
        )
        pipeline.set_ip_adapter_scale(denoise.ip_adapter_scale)
        more["ip_adapter_image"] = Image.fromarray(portrait(subject))
    pipeline.scheduler = diffusers.DDIMScheduler.from_config(pipeline.scheduler.config)
    result = pipeline(
        prompt=denoise.prompt,
        negative_prompt=denoise.negative_prompt or None,
        image=init_image(subject, plan, None, size=plan.size),
        strength=denoise.strength,
        guidance_scale=denoise.guidance_scale,
        num_inference_steps=denoise.num_inference_steps,
        generator=torch.Generator("cpu").manual_seed(plan.seed),
        **more,
    )
    return np.asarray(result.images[0])


LORA = (Lora(name="bright", scale=0.8),)
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "adapter": ("sd15", {"adapter": 0.6}),
    "adapter, no guidance": ("sd15", {"adapter": 0.6, "guidance_scale": 1.0}),
    "depth": ("sd15", {"control": DEPTH}),
    "everything": ("sd15", {"adapter": 0.5, "control": CANNY, "loras": LORA}),
    "XL: adapter with a LoRA": ("sdxl", {"adapter": 0.8, "loras": LORA}),
    "XL: adapter, no guidance": ("sdxl", {"adapter": 0.6, "guidance_scale": 1.0}),
    "XL: canny": ("sdxl", {"control": CANNY}),
    "XL: union": ("sdxl", {"control": SOFTEDGE}),
    "XL: everything": ("sdxl", {"adapter": 0.5, "control": DEPTH, "loras": LORA}),
}


@pytest.mark.parametrize("case", CASES)
def test_as_plain_diffusers(
    case: str, guided: FolderOf, engine_with: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    family, asked = CASES[case]
    plan = guided_plan(**asked)
    mine = paint(engine_with(family), drawn_subject, plan)
    assert np.array_equal(mine, paint_plainly(guided(family), family, drawn_subject, plan))
    assert mine.std() > 5


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_stays_behind(
    family: str,
    engine_with: Callable[[str], DiffusionEngine],
    plain_of: Callable[[str], Any],
    drawn_subject: Subject,
) -> None:
    """A plan without guides, after one with everything: the processors are the very ones, and so are the bits."""
    engine = engine_with(family)
    pipeline, bare = pipeline_of(engine), guided_plan()
    before = paint(engine, drawn_subject, bare)
    processors = dict(pipeline.unet.attn_processors)
    parts = set(pipeline.unet.state_dict())
    full = guided_plan(adapter=0.7, control=DEPTH, loras=(Lora(name="bright"),))
    first = paint(engine, drawn_subject, full)
    assert not np.array_equal(first, before)
    assert np.array_equal(paint(engine, drawn_subject, bare), before)
    assert pipeline.unet.attn_processors == processors
    assert set(pipeline.unet.state_dict()) == parts
    assert pipeline.unet.config.encoder_hid_dim_type == plain_of(family).unet.config.encoder_hid_dim_type
    assert pipeline.components.get("image_encoder") is pipeline.components.get("feature_extractor") is None
    assert np.array_equal(paint(engine, drawn_subject, full), first)


@pytest.mark.parametrize("family", FAMILIES)
def test_seeds_side_by_side_hear_the_same_guides(
    family: str, engine_with: Callable[[str], DiffusionEngine], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torch may round a row otherwise beside others than alone: a grey level at most."""
    from stylize.progress import CancelToken, nobody

    plans = [guided_plan(adapter=0.6, control=DEPTH, seed=seed) for seed in (1, 2, 3)]
    alone = [paint(engine_with(family), drawn_subject, plan) for plan in plans]
    together = engine_with(family).generate_many(drawn_subject, in_rows(plans, 3), tell=nobody, cancel=CancelToken())
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one.astype(int) - other.pixels).max() <= 1
    assert not np.array_equal(alone[0], alone[1])


def test_the_figure_is_the_control_where_the_plan_says_so(
    engine_with: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    control = replace(CANNY, drawn_from="figure", start=0.0)
    y, x = np.mgrid[0:96, 0:64]
    square = np.where((abs(x - 32) < 14) & (abs(y - 48) < 20), 220, 40).astype(np.uint8)
    figures = [Picture(pixels=np.repeat(p[..., None], 3, 2), cutout=None, plan_digest="", timings=()) for p in (square, square.T[:64, :].repeat(2, 0)[:96, :64])]  # fmt: skip
    plan = guided_plan(control=control, size=Size(width=64, height=96))
    first, second = (paint(engine_with("sd15"), drawn_subject, plan, init_picture=figure) for figure in figures)
    assert not np.array_equal(first, second)
