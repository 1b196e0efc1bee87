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
from stylize.errors import GuideMissing, GuideUnfit, InitPictureMissing
from stylize.geometry import Size
from stylize.models import Control, Lora, Picture, Pixels, Plan, Subject
from stylize.weights.guides import find_guides
from stylize.weights.store import look_up
from tests.diffusion import tiny, tiny_guides
from tests.diffusion.conftest import plain_pipeline
from tests.diffusion.painting import paint, pipeline_of

FolderOf = Callable[[str], Path]
FAMILIES = ("sd15", "sdxl")
DEPTH = Control(kind="depth", drawn_from="subject", scale=0.7, start=0.0, end=0.8)
SOFTEDGE = Control(kind="softedge", drawn_from="subject", scale=0.9)
CANNY = Control(kind="canny", drawn_from="subject", scale=0.6, start=0.2)
PLAIN = {
    "sd15": "StableDiffusionControlNetImg2ImgPipeline",
    "sdxl": "StableDiffusionXLControlNetImg2ImgPipeline",
    "union": "StableDiffusionXLControlNetUnionImg2ImgPipeline",
}


@pytest.fixture(scope="session")
def guided(tiny_folder: FolderOf) -> FolderOf:
    """`guided("sdxl")`: the tiny model with an adapter, an image encoder and ControlNets beside it."""
    made: set[str] = set()

    def give(family: str) -> Path:
        folder = tiny_folder(family)
        root = folder.parent
        if family not in made:
            unet = plain_pipeline(folder, family).unet
            tiny_guides.write_ip_adapter(root / "ip-adapter" / f"ip-adapter-plus-face_{family}.safetensors", unet)
            tiny_guides.write_image_encoder(root / "image-encoder")
            tiny_guides.write_controlnet(root / "controlnet" / f"{family}-canny", unet, seed=8)
            if family == "sdxl":
                tiny_guides.write_controlnet(root / "controlnet" / "sdxl-union", unet, union=True)
            else:
                tiny_guides.write_controlnet(root / "controlnet" / "sd15-depth", unet)
            made.add(family)
        return folder

    return give


@pytest.fixture(scope="module")
def engine_with(guided: FolderOf) -> Callable[[str], DiffusionEngine]:
    """One engine a family, for all tests here, so that each finds what the last one left."""
    made: dict[str, DiffusionEngine] = {}

    def give(family: str) -> DiffusionEngine:
        return made.setdefault(family, DiffusionEngine(guided(family), device="cpu"))

    return give


def guided_plan(
    *, adapter: float = 0.0, control: Control | None = None, loras: tuple[Lora, ...] = (), **more: Any
) -> Plan:
    plan = tiny.make_plan(**{"num_inference_steps": 4, "strength": 0.75, **more})
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, ip_adapter_scale=adapter, control=control, loras=loras))


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


CASES: dict[str, dict[str, Any]] = {
    "adapter": {"adapter": 0.6},
    "adapter, no guidance": {"adapter": 0.6, "guidance_scale": 1.0},
    "depth": {"control": DEPTH},
    "canny": {"control": CANNY},
    "both": {"adapter": 0.5, "control": DEPTH},
    "both with a LoRA": {"adapter": 0.5, "control": CANNY, "loras": (Lora(name="bright", scale=0.8),)},
    "adapter with a LoRA": {"adapter": 0.8, "loras": (Lora(name="dark", scale=0.5),)},
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("case", CASES)
def test_as_plain_diffusers(
    family: str, case: str, guided: FolderOf, engine_with: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    plan = guided_plan(**CASES[case])
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
    from stylize.engines.diffusion import batches
    from stylize.progress import CancelToken, nobody

    plans = [guided_plan(adapter=0.6, control=DEPTH, seed=seed) for seed in (1, 2, 3)]
    alone = [paint(engine_with(family), drawn_subject, plan) for plan in plans]
    monkeypatch.setattr(batches, "rows_at_once", lambda loaded: 3)
    together = engine_with(family).generate_many(drawn_subject, plans, tell=nobody, cancel=CancelToken())
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one.astype(int) - other.pixels).max() <= 1
    assert not np.array_equal(alone[0], alone[1])


def test_the_face_is_looked_at_once_and_forgotten(
    engine_with: Callable[[str], DiffusionEngine], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stylize.engines.diffusion import ip_adapter

    engine = engine_with("sd15")
    looks: list[Path] = []
    load = ip_adapter.load_encoder

    def count(folder: Path, placement: Any) -> Any:
        looks.append(folder)
        return load(folder, placement)

    engine.forget()
    monkeypatch.setattr(ip_adapter, "load_encoder", count)
    for seed, scale, guidance_scale in ((1, 0.6, 5.0), (2, 0.3, 1.0), (3, 0.9, 7.0)):
        paint(engine, drawn_subject, guided_plan(adapter=scale, seed=seed, guidance_scale=guidance_scale))
    assert len(looks) == 1
    assert engine._loaded is not None
    (kept,) = engine._loaded.recalls.faces._kept.values()
    engine.forget()
    assert len(engine._loaded.recalls.faces) == 0
    assert not kept[0].any(), "the face was not overwritten"
    paint(engine, drawn_subject, guided_plan(adapter=0.6))
    assert len(looks) == 2


# ---------------------------------------------------------------- what lies beside the weights


def test_what_is_there_is_told_and_belongs_to_the_digest(guided: FolderOf) -> None:
    engine = DiffusionEngine(guided("sd15"), device="cpu")
    assert engine.capabilities().guides == ("ip_adapter", "controlnet:depth", "controlnet:canny")
    sdxl = DiffusionEngine(guided("sdxl"), device="cpu").capabilities().guides
    assert sdxl == ("ip_adapter", "controlnet:depth", "controlnet:softedge", "controlnet:canny")
    digests = {
        engine.weights_digest(), engine.weights_digest((), ("ip_adapter",)), engine.weights_digest((), ("controlnet:depth",))
    }  # fmt: skip
    assert len(digests) == 3
    with pytest.raises(GuideMissing):
        engine.weights_digest((), ("controlnet:softedge",))


def test_what_belongs_to_another_family_is_passed_over(guided: FolderOf, tmp_path: Path) -> None:
    (tmp_path / "model").symlink_to(guided("sd15"))
    for name in ("ip-adapter", "controlnet", "image-encoder"):
        (tmp_path / name).symlink_to(guided("sdxl").parent / name)
    assert find_guides(look_up(tmp_path / "model")).names == ()


def test_a_plan_is_refused_where_its_guides_went_away(guided: FolderOf, tmp_path: Path, drawn_subject: Subject) -> None:
    (tmp_path / "model").symlink_to(guided("sd15"))
    engine = DiffusionEngine(tmp_path / "model", device="cpu")
    for plan in (guided_plan(adapter=0.5), guided_plan(control=DEPTH)):
        with pytest.raises(GuideMissing):
            paint(engine, drawn_subject, plan)
    with pytest.raises(InitPictureMissing):
        paint(
            DiffusionEngine(guided("sd15"), device="cpu"),
            drawn_subject,
            guided_plan(control=replace(DEPTH, drawn_from="figure")),
        )


def test_an_adapter_that_lacks_a_part_is_refused_and_leaves_no_trace(
    guided: FolderOf, tmp_path: Path, drawn_subject: Subject
) -> None:
    from safetensors.torch import load_file, save_file

    source = guided("sd15")
    for name in ("model", "image-encoder"):
        (tmp_path / name).symlink_to(source if name == "model" else source.parent / name)
    tensors = load_file(next((source.parent / "ip-adapter").iterdir()))
    (tmp_path / "ip-adapter").mkdir()
    engine = DiffusionEngine(tmp_path / "model", device="cpu")
    before = paint(engine, drawn_subject, guided_plan())
    for gone in ("ip_adapter.31.to_v_ip.weight", "image_proj.proj_out.bias"):
        less = {name: tensor for name, tensor in tensors.items() if name != gone}
        save_file(less, str(tmp_path / "ip-adapter" / "torn.safetensors"))
        with pytest.raises(GuideUnfit, match="IP-Adapter"):
            paint(engine, drawn_subject, guided_plan(adapter=0.5))
    assert np.array_equal(paint(engine, drawn_subject, guided_plan()), before)


def test_a_controlnet_of_one_file_as_its_makers_lay_it_out(
    guided: FolderOf, tmp_path: Path, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The net of the folder, converted to lllyasviel's layout and read back: the same to a rounding."""
    from stylize.engines.diffusion import controlnet

    source = guided("sd15")
    (tmp_path / "model").symlink_to(source)
    folder = source.parent / "controlnet" / "sd15-depth"
    tiny_guides.write_original_controlnet(tmp_path / "controlnet" / "control_v11f1p_sd15_depth.safetensors", folder)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "controlnet").symlink_to(folder)
    monkeypatch.setattr(controlnet, "config_folder", lambda family: tmp_path / "config")
    plan = guided_plan(control=DEPTH)
    mine = paint(DiffusionEngine(tmp_path / "model", device="cpu"), drawn_subject, plan)
    theirs = paint(DiffusionEngine(source, device="cpu"), drawn_subject, plan)
    assert np.abs(mine.astype(int) - theirs).max() <= 1
    assert not np.array_equal(mine, paint(DiffusionEngine(source, device="cpu"), drawn_subject, guided_plan()))


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


def test_an_image_encoder_of_one_file_is_the_same_encoder(
    guided: FolderOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ComfyUI's folder clip_vision has it: the file without its configuration."""
    import torch

    from stylize.engines.diffusion import ip_adapter
    from stylize.engines.diffusion.device import Placement

    folder = guided("sd15").parent / "image-encoder"
    (tmp_path / "CLIP-ViT-H-14.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    monkeypatch.setattr(ip_adapter, "CONFIG", folder)
    cpu = Placement(device="cpu", dtype="float32")
    one = ip_adapter.load_encoder(folder, cpu).state_dict()
    other = ip_adapter.load_encoder(tmp_path / "CLIP-ViT-H-14.safetensors", cpu).state_dict()
    assert one.keys() == other.keys()
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
