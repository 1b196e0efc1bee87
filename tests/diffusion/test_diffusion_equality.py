"""The engine's pixels are those of plain diffusers, to the bit, for the same plan on a CPU."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.frame import init_image
from stylize.engines.diffusion.schedulers import scheduler_names
from stylize.geometry import Size
from stylize.models import Lora, Pixels, Plan, Subject
from stylize.progress import CancelToken, nobody
from tests.diffusion import tiny
from tests.diffusion.conftest import plain_pipeline

EngineOf = Callable[[str], DiffusionEngine]
FAMILIES = ("sd15", "sdxl")
SCHEDULERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ddim": ("DDIMScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "dpmpp-2m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "use_karras_sigmas": False}),
    "dpmpp-2m-karras": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True}),
    "dpmpp-2m-sde-karras": (
        "DPMSolverMultistepScheduler",
        {"algorithm_type": "sde-dpmsolver++", "use_karras_sigmas": True},
    ),
    "euler": ("EulerDiscreteScheduler", {"use_karras_sigmas": False}),
    "euler-karras": ("EulerDiscreteScheduler", {"use_karras_sigmas": True}),
    "euler-a": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
    "euler-trailing": ("EulerDiscreteScheduler", {"timestep_spacing": "trailing", "use_karras_sigmas": False}),
    "euler-a-trailing": ("EulerAncestralDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "ddim-trailing": ("DDIMScheduler", {"timestep_spacing": "trailing"}),
}
"""What the table's names mean in plain diffusers, written down a second time."""


def paint_plainly(pipeline: Any, subject: Subject, plan: Plan) -> Pixels:
    """What a user of diffusers would write."""
    import diffusers
    import torch

    denoise = plan.denoise
    assert denoise is not None
    name, overrides = SCHEDULERS[denoise.scheduler]
    pipeline.scheduler = getattr(diffusers, name).from_config(pipeline.scheduler.config, **overrides)
    result = pipeline(
        prompt=denoise.prompt,
        negative_prompt=denoise.negative_prompt or None,
        image=init_image(subject, plan, None, size=plan.size),
        strength=denoise.strength,
        guidance_scale=denoise.guidance_scale,
        num_inference_steps=denoise.num_inference_steps,
        generator=torch.Generator("cpu").manual_seed(plan.seed),
        output_type="pil",
    )
    return np.asarray(result.images[0])


def paint(engine: DiffusionEngine, subject: Subject, plan: Plan) -> Pixels:
    return engine.generate(subject, plan, tell=nobody, cancel=CancelToken()).pixels


def test_every_scheduler_of_the_table_is_tried_here() -> None:
    assert set(SCHEDULERS) == set(scheduler_names())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_schedulers(
    family: str, scheduler: str, engine_of: EngineOf, plain_of: Callable[[str], Any], drawn_subject: Subject
) -> None:
    plan = tiny.make_plan(scheduler=scheduler, strength=0.7, num_inference_steps=6)
    mine = paint(engine_of(family), drawn_subject, plan)
    theirs = paint_plainly(plain_of(family), drawn_subject, plan)
    assert np.array_equal(mine, theirs)
    assert mine.std() > 5


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("strength", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("guidance_scale", [1.0, 7.5])
def test_strength_and_guidance(
    family: str,
    strength: float,
    guidance_scale: float,
    engine_of: EngineOf,
    plain_of: Callable[[str], Any],
    drawn_subject: Subject,
) -> None:
    plan = tiny.make_plan(
        scheduler="dpmpp-2m-karras",
        strength=strength,
        guidance_scale=guidance_scale,
        seed=2**32 - 1,
        negative_prompt="",
        size=Size(width=88, height=64),
    )
    mine = paint(engine_of(family), drawn_subject, plan)
    assert np.array_equal(mine, paint_plainly(plain_of(family), drawn_subject, plan))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(family: str, dtype: str, tiny_folder: Callable[[str], Path], drawn_subject: Subject) -> None:
    """SDXL's VAE asks to be run in float32 then, for reading the photo as for the picture."""
    folder, plan = tiny_folder(family), tiny.make_plan(scheduler="euler-a")
    mine = paint(DiffusionEngine(folder, device="cpu", dtype=dtype), drawn_subject, plan)
    assert np.array_equal(mine, paint_plainly(plain_pipeline(folder, family, dtype), drawn_subject, plan))


@pytest.mark.parametrize("family", FAMILIES)
def test_loras(family: str, tiny_folder: Callable[[str], Path], engine_of: EngineOf, drawn_subject: Subject) -> None:
    folder, engine = tiny_folder(family), engine_of(family)
    bare = tiny.make_plan()
    two = tiny.make_plan(loras=(Lora(name="bright", scale=0.8), Lora(name="dark", scale=0.3)))
    before = paint(engine, drawn_subject, bare)
    mine = paint(engine, drawn_subject, two)

    pipeline = plain_pipeline(folder, family)
    for name in ("bright", "dark"):
        pipeline.load_lora_weights(
            str(folder.parent / "loras"), weight_name=f"{name}.safetensors", adapter_name=name, local_files_only=True
        )
    pipeline.set_adapters(["bright", "dark"], [0.8, 0.3])
    assert np.array_equal(mine, paint_plainly(pipeline, drawn_subject, two))

    assert not np.array_equal(mine, before)
    assert np.array_equal(paint(engine, drawn_subject, bare), before), "a LoRA left traces"
    assert np.array_equal(paint(engine, drawn_subject, two), mine)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_checkpoint_is_the_same_model(
    family: str,
    tiny_checkpoint: Callable[[str], Path],
    engine_of: EngineOf,
    plain_of: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    drawn_subject: Subject,
) -> None:
    """Converted to the original layout and read back with carried tokenizers: as plain diffusers reads that file, to
    the bit; and the picture of the folder to a rounding (the weights are equal, but lie differently in memory, and
    torch rounds by that).
    """
    from stylize.engines.diffusion import load

    checkpoint = tiny_checkpoint(family)
    config = checkpoint.with_suffix(".config")
    monkeypatch.setattr(load, "config_folder", lambda family: config)
    plan = tiny.make_plan(scheduler="euler-a")
    mine = paint(DiffusionEngine(checkpoint, device="cpu"), drawn_subject, plan)

    folders = plain_of(family)
    tokenizers = {name: part for name, part in folders.components.items() if "tokenizer" in name}
    plain = type(folders).from_single_file(str(checkpoint), config=str(config), local_files_only=True, **tokenizers)
    plain.set_progress_bar_config(disable=True)
    assert np.array_equal(mine, paint_plainly(plain, drawn_subject, plan))

    from_folder = paint(engine_of(family), drawn_subject, plan)
    assert np.abs(mine.astype(int) - from_folder).max() <= 1
