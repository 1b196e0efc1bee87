"""Ways to few steps: declared strictly, recognised by what lies there, taken by a plan when nobody says otherwise."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.modes import modes, parse_modes
from stylize.errors import DeclarationError, UnknownChoice
from stylize.models import Capabilities, DenoiseOverride, Lora, Request, Subject
from stylize.styles import load_styles, plan
from stylize.styles.style import Style
from stylize.weights.catalog import catalog
from tests.diffusion import tiny
from tests.diffusion.painting import paint
from tests.diffusion.test_diffusion_recall import counted

GOOD = """
[x]
family = "sd15"
names = ["quick"]
scheduler = "lcm"
num_inference_steps = 8
least_steps = 4
guidance_scale = 1.0
"""


def test_every_fast_lora_of_the_catalog_has_a_mode_under_the_name_it_is_put_down() -> None:
    named = {name for mode in modes() for name in mode.names}
    for part in catalog().parts.values():
        if "fast_lora" in part.roles and part.families[0] in ("sd15", "sdxl"):
            assert Path(part.place).stem in named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("least_steps = 4", "least_steps = 9"),
        ("least_steps = 4", ""),
        ("num_inference_steps = 8", "num_inference_steps = 8.0"),
        ('scheduler = "lcm"', 'scheduler = "fast"'),
        ('family = "sd15"', 'family = "sd9"'),
        ('names = ["quick"]', ""),
        ('names = ["quick"]', 'names = ["quick"]\nsays = "trailing"'),
        ('names = ["quick"]', 'part = "no-such-part"'),
        ('names = ["quick"]', 'part = "sd15"'),
        ('names = ["quick"]', 'says = "turbo"'),
        ("guidance_scale = 1.0", "guidance_scale = 1.0\ncfg = 7"),
    ],
)
def test_a_declaration_that_is_off_is_refused(before: str, after: str) -> None:
    assert parse_modes(GOOD)[0].names == ("quick",)
    with pytest.raises(DeclarationError):
        parse_modes(GOOD.replace(before, after))


def a_copy(folder: Path, place: Path) -> Path:
    shutil.copytree(folder, place / "model")
    return place / "model"


def capable(folder: Path) -> Capabilities:
    return DiffusionEngine(folder, device="cpu").capabilities()


def test_recognised_by_the_lora_beside_it(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    assert capable(tiny_folder("sd15")).fast is None
    folder = a_copy(tiny_folder("sd15"), tmp_path)
    (tmp_path / "loras").mkdir()
    (tmp_path / "loras" / "sdxl-lightning-4step.safetensors").touch()
    assert capable(folder).fast is None, "that is for another family"
    (tmp_path / "loras" / "LCM-LoRA-SDv1-5.safetensors").touch()
    fast = capable(folder).fast
    assert fast is not None
    assert (fast.name, fast.lora, fast.scheduler) == ("lcm-sd15", "LCM-LoRA-SDv1-5", "lcm")


def test_recognised_by_what_a_model_says_of_itself(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    folder = a_copy(tiny_folder("sdxl"), tmp_path)
    place = folder / "scheduler" / "scheduler_config.json"
    says = json.loads(place.read_text())
    place.write_text(json.dumps(says | {"timestep_spacing": "trailing"}))
    fast = capable(folder).fast
    assert fast is not None
    assert (fast.name, fast.lora, fast.guidance_scale) == ("turbo-sdxl", "", 0.0)
    place.write_text(json.dumps(says | {"timestep_spacing": "trailing", "rescale_betas_zero_snr": True}))
    assert capable(folder).fast is None, "zero-SNR models count so too, and take many steps"
    place.write_text("{")
    assert capable(folder).fast is None


@pytest.fixture(scope="module")
def style() -> Style:
    return load_styles(None)["action-figure"]


@pytest.fixture
def able(tiny_folder: Callable[[str], Path], tmp_path: Path) -> Capabilities:
    folder = a_copy(tiny_folder("sd15"), tmp_path)
    shutil.copytree(tiny_folder("sd15").parent / "loras", tmp_path / "loras")
    shutil.copy(tmp_path / "loras" / "bright.safetensors", tmp_path / "loras" / "lcm-lora-sdv1-5.safetensors")
    return capable(folder)


def planned(able: Capabilities, style: Style, **asked: object) -> tuple[str, int, float, float, tuple[Lora, ...]]:
    request = Request(engine="diffusion", denoise=DenoiseOverride(**asked))  # type: ignore[arg-type]
    denoise = plan(request, style, (able,), tiny.LOOK, 1, "").denoise
    assert denoise is not None
    return denoise.scheduler, denoise.num_inference_steps, denoise.guidance_scale, denoise.strength, denoise.loras


def test_a_plan_is_quick_where_it_can_be(able: Capabilities, style: Style) -> None:
    lcm = Lora(name="lcm-lora-sdv1-5")
    usual = style.denoise["sd15"]
    quick = ("lcm", 8, 1.0, usual.strength, (lcm,))
    thorough = (usual.scheduler, usual.num_inference_steps, usual.guidance_scale, usual.strength, ())
    assert planned(able, style) == quick
    assert planned(able, style, pace="thorough") == thorough
    assert planned(replace(able, fast=None), style) == thorough
    assert planned(able, style, num_inference_steps=30)[:2] == (usual.scheduler, 30), "who sets steps by hand knows"
    assert planned(able, style, num_inference_steps=6, pace="quick")[:2] == ("lcm", 6)
    assert planned(able, style, scheduler="ddim")[-1] == ()
    bright = Lora(name="bright", scale=0.4)
    assert planned(able, style, loras=(bright,))[-1] == (bright, lcm)
    mine = Lora(name="lcm-lora-sdv1-5", scale=0.7)
    assert planned(able, style, loras=(mine,))[-1] == (mine,)


def test_enough_of_its_steps_run(able: Capabilities, style: Style) -> None:
    assert planned(able, style, likeness=1.0)[3] == 0.5, "the style would say less"
    assert planned(able, style, strength=0.3)[3] == 0.3, "the user may"


def test_what_the_weights_cannot_is_refused(able: Capabilities, style: Style) -> None:
    with pytest.raises(UnknownChoice):
        planned(replace(able, fast=None), style, pace="quick")
    with pytest.raises(UnknownChoice):
        planned(able, style, decoder="tiny")
    assert planned(replace(able, tiny_decoder=True), style, decoder="tiny")[1] == 8


def test_the_quick_way_runs_few_single_rows(
    able: Capabilities, style: Style, tiny_folder: Callable[[str], Path], tmp_path: Path, drawn_subject: Subject
) -> None:
    engine = DiffusionEngine(tmp_path / "model", device="cpu")
    request = Request(engine="diffusion", denoise=DenoiseOverride(init_image="subject"))
    decided = plan(request, style, (able,), tiny.LOOK, 1, "")
    decided = replace(decided, size=tiny.make_plan().size)
    rows: list[int] = []
    with counted(engine) as work:
        from tests.diffusion.painting import pipeline_of

        pipeline_of(engine).unet.register_forward_pre_hook(lambda _net, inputs: rows.append(inputs[0].shape[0]))
        picture = paint(engine, drawn_subject, decided)
    assert rows == [1, 1, 1, 1]
    assert work["unet"] == 4
    assert np.std(picture) > 1
    engine.close()
