"""Guides beside the weights: what is found, what is refused, what is forgotten, and how they share scarce memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import GuideMissing, GuideUnfit, InitPictureMissing
from stylize.geometry import Box, Size
from stylize.guidance import ControlKind
from stylize.models import Control, FacePass, Lora, Pixels, Subject
from stylize.progress import CancelToken, nobody
from stylize.weights.guides import find_guides
from stylize.weights.store import look_up
from tests.diffusion import tiny_guides
from tests.diffusion.painting import in_rows, paint, pipeline_of
from tests.diffusion.test_diffusion_trouble import exhaust
from tests.diffusion.tiny_guides import DEPTH, guided_plan

FolderOf = Callable[[str], Path]
FAMILIES = ("sd15", "sdxl")


@pytest.mark.parametrize("family", FAMILIES)
def test_parts_that_take_turns_hear_the_same_guides(
    family: str,
    guided: FolderOf,
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a card the CPU plays the card. To a rounding: the moved weights lie differently in memory."""
    from stylize.engines.diffusion import memory
    from stylize.engines.diffusion.memory import MemoryMode

    monkeypatch.setattr(memory, "modes_for", lambda device: tuple(MemoryMode))
    turns = DiffusionEngine(guided(family), device="cpu", memory="offload")
    one_tile = {"size": Size(width=64, height=64)}
    full = guided_plan(adapter=0.6, control=DEPTH, loras=(Lora(name="bright"),), **one_tile)
    for plan in (full, guided_plan(**one_tile), guided_plan(adapter=0.6, **one_tile), full):
        expected = paint(engine_with(family), drawn_subject, plan)
        assert np.abs(expected.astype(int) - paint(turns, drawn_subject, plan)).max() <= 2
    assert turns._loaded is not None
    assert turns._loaded.control is not None
    held = turns._loaded.control
    assert all(held.pipeline.components[part] is turns._loaded.pipeline.components[part] for part in ("unet", "vae"))


def test_when_memory_runs_out_the_guided_picture_is_made_the_next_way_down(
    guided: FolderOf,
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from stylize.engines.diffusion import memory
    from stylize.engines.diffusion.memory import MemoryMode

    monkeypatch.setattr(memory, "modes_for", lambda device: (MemoryMode.FULL, MemoryMode.OFFLOAD))
    engine = DiffusionEngine(guided("sd15"), device="cpu")
    plan = guided_plan(adapter=0.6, control=DEPTH, size=Size(width=64, height=64))
    expected = paint(engine_with("sd15"), drawn_subject, plan)
    unet, full = pipeline_of(engine).unet, []

    def burst(*_: object) -> None:
        if not full:
            full.append(1)
            raise MemoryError

    hook = unet.register_forward_pre_hook(burst)
    try:
        got = paint(engine, drawn_subject, plan)
    finally:
        hook.remove()
    assert engine._loaded is not None
    assert engine._loaded.mode is MemoryMode.OFFLOAD
    assert np.abs(expected.astype(int) - got).max() <= 2
    assert np.abs(expected.astype(int) - paint(engine, drawn_subject, plan)).max() <= 2


@pytest.mark.parametrize("over", ["load_lora_weights", "load_ip_adapter", "to"])
def test_so_it_is_when_memory_runs_out_over_a_lora_or_a_guide(
    over: str,
    guided: FolderOf,
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not taken for a file that does not fit. torch is really asked for more than there is; `to`: of the ControlNet."""
    import diffusers
    import torch

    engine = DiffusionEngine(guided("sd15"), device="cpu")
    loras = (Lora(name="bright"),)
    plan = guided_plan(adapter=0.6, control=DEPTH, loras=loras, size=Size(width=64, height=64))
    expected = paint(engine_with("sd15"), drawn_subject, plan)
    owner = diffusers.ControlNetModel if over == "to" else type(pipeline_of(engine))
    really, full = getattr(owner, over), []

    def burst(*things: Any, **more: Any) -> Any:
        if not full:
            full.append(1)
            torch.empty(1 << 50)
        return really(*things, **more)

    monkeypatch.setattr(owner, over, burst)
    got = paint(engine, drawn_subject, plan)
    assert engine._loaded is not None
    assert engine._loaded.mode == "tiled"
    assert np.array_equal(got, expected), "one tile: nothing to blend"


@pytest.mark.parametrize("kind", ["depth", "canny", "softedge"])
def test_guides_lead_every_picture_of_a_batch(
    kind: ControlKind,
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Side by side as alone, to a rounding. `softedge` is the net for several kinds, and hears no negative prompt here."""
    engine = engine_with("sd15" if kind == "depth" else "sdxl")
    more = {"guidance_scale": 1.0} if kind == "softedge" else {}
    control = Control(kind=kind, drawn_from="subject", scale=0.7)
    plans = [guided_plan(adapter=0.6, control=control, seed=seed, **more) for seed in (1, 2, 3)]
    alone = [paint(engine, drawn_subject, plan).astype(int) for plan in plans]
    together = engine.generate_many(drawn_subject, in_rows(plans, 3), tell=nobody, cancel=CancelToken())
    assert max(np.abs(got.pixels - one).max() for got, one in zip(together, alone, strict=True)) <= 2


def test_a_controlnet_that_is_only_kept_goes_first(guided: FolderOf, drawn_subject: Subject) -> None:
    """During the face pass it waits beside the model, for the next picture."""
    engine = DiffusionEngine(guided("sd15"), device="cpu")
    unet = pipeline_of(engine).unet
    loaded = engine._loaded
    assert loaded is not None
    loaded.facts = replace(loaded.facts, native_pixels=96**2)
    plan = guided_plan(control=DEPTH, size=Size(width=128, height=160))
    assert plan.denoise is not None
    plan = replace(plan, denoise=replace(plan.denoise, face_pass=FacePass(strength=0.6, prompt="the face of a toy")))
    picture = engine.generate(drawn_subject, plan, tell=nobody, cancel=CancelToken())

    def mend() -> Pixels:
        face = Box(left=40, top=30, right=70, bottom=66)
        return engine.mend_face(drawn_subject, plan, picture, face, tell=nobody, cancel=CancelToken()).pixels

    expected, kept = mend(), loaded.control
    hook = unet.register_forward_pre_hook(exhaust(1))
    got = mend()
    hook.remove()
    assert np.array_equal(got, expected)
    assert (kept is not None, loaded.control, loaded.mode) == (True, None, "full")


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


def test_the_adapter_for_faces_comes_first_and_those_for_another_face_net_never(
    guided: FolderOf, tmp_path: Path
) -> None:
    (tmp_path / "model").symlink_to(guided("sd15"))
    (tmp_path / "image-encoder").symlink_to(guided("sd15").parent / "image-encoder")
    (tmp_path / "ip-adapter").mkdir()
    source = guided("sd15").parent / "ip-adapter" / "ip-adapter-plus-face_sd15.safetensors"
    expected = None
    for name in ("ip-adapter-faceid_sd15", "ip-adapter_sd15", "ip-adapter-plus-face_sd15"):
        (tmp_path / "ip-adapter" / f"{name}.safetensors").write_bytes(source.read_bytes())
        found = find_guides(look_up(tmp_path / "model")).ip_adapter
        expected = None if "faceid" in name else name
        assert (found.stem if found else None) == expected


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
