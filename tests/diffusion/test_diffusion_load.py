"""Folders and files that are not what they seem."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import (
    StylizeError,
    UnknownChoice,
    WeightsDamaged,
    WeightsUnknownFamily,
    WeightsUnsafe,
)
from stylize.models import Subject
from stylize.progress import CancelToken, Progress, Stage, nobody
from tests.diffusion import tiny
from tests.diffusion.painting import paint, pipeline_of

FolderOf = Callable[[str], Path]


@pytest.fixture
def copy_of(tiny_folder: FolderOf, tmp_path: Path) -> FolderOf:
    return lambda family: Path(shutil.copytree(tiny_folder(family), tmp_path / "copy"))


def refuse(folder: Path, error: type[StylizeError], word: str) -> None:
    """The refusal comes from the look alone, before anything is loaded."""
    engine = DiffusionEngine(folder, device="cpu")
    able = engine.capabilities()
    assert not able.ready
    assert word in able.why
    with pytest.raises(error, match=word):
        engine.load()


# ---------------------------------------------------------------- folders


def test_a_pickle_in_a_folder(copy_of: FolderOf) -> None:
    folder = copy_of("sd15")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    refuse(folder, WeightsUnsafe, "convert")


@pytest.mark.parametrize(
    "gone",
    ["vae/config.json", "scheduler/scheduler_config.json", "tokenizer/merges.txt", "text_encoder/model.safetensors"],
)
def test_something_is_missing(copy_of: FolderOf, gone: str) -> None:
    folder = copy_of("sdxl")
    (folder / gone).unlink()
    refuse(folder, WeightsDamaged, "missing")


def test_a_torn_file(copy_of: FolderOf) -> None:
    folder = copy_of("sd15")
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    refuse(folder, WeightsDamaged, "shorter or longer")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("unet", ["my_unet", "UNet2DConditionModel"]),
        ("scheduler", ["evil", "DDIMScheduler"]),
        ("text_encoder", ["transformers", "AutoModel"]),
        ("tokenizer", [None, None]),
        ("vae", "vae"),
        ("_class_name", ["pipeline", "Mine"]),
        ("_class_name", "FluxPipeline"),
    ],
)
def test_a_folder_cannot_bring_its_own_code(copy_of: FolderOf, part: str, value: object) -> None:
    folder = copy_of("sd15")
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {part: value}))
    (folder / "my_unet.py").write_text("raise SystemExit")
    refuse(folder, WeightsUnknownFamily, "another kind")


def test_stable_diffusion_2_and_inpainting_by_their_configuration(copy_of: FolderOf) -> None:
    folder = copy_of("sd15")
    config = json.loads((folder / "unet" / "config.json").read_text())
    (folder / "unet" / "config.json").write_text(json.dumps(config | {"cross_attention_dim": 1024}))
    refuse(folder, WeightsUnknownFamily, "Stable Diffusion 2")


def test_a_pipeline_with_the_other_family_s_unet(copy_of: FolderOf, tiny_folder: FolderOf) -> None:
    folder = copy_of("sdxl")
    shutil.rmtree(folder / "unet")
    shutil.copytree(tiny_folder("sd15") / "unet", folder / "unet")
    refuse(folder, WeightsUnknownFamily, "does not belong")


@pytest.mark.parametrize(
    ("family", "part"),
    [("sd15", "unet"), ("sd15", "vae"), ("sd15", "text_encoder"), ("sdxl", "unet"), ("sdxl", "text_encoder_2")],
)
def test_a_lost_tensor_is_never_filled_with_chance(copy_of: FolderOf, family: str, part: str) -> None:
    from safetensors.torch import load_file, save_file

    folder = copy_of(family)
    (file,) = (folder / part).glob("*.safetensors")
    tensors = load_file(str(file))
    tensors.pop([name for name in tensors if name.endswith("bias")][3])
    save_file(tensors, str(file))
    with pytest.raises(WeightsDamaged, match="lacks tensors"):
        DiffusionEngine(folder, device="cpu").load()


def test_old_names_of_the_text_encoder_are_read(
    copy_of: FolderOf, tiny_folder: FolderOf, drawn_subject: Subject
) -> None:
    """Published folders name its tensors text_model.…; transformers 5 writes them without."""
    from safetensors.torch import load_file, save_file

    folder = copy_of("sd15")
    file = folder / "text_encoder" / "model.safetensors"
    tensors = {f"text_model.{name.removeprefix('text_model.')}": t for name, t in load_file(str(file)).items()}
    save_file(tensors, str(file), metadata={"format": "pt"})
    old = DiffusionEngine(folder, device="cpu").generate(
        drawn_subject, tiny.make_plan(), tell=nobody, cancel=CancelToken()
    )
    new = DiffusionEngine(tiny_folder("sd15"), device="cpu").generate(
        drawn_subject, tiny.make_plan(), tell=nobody, cancel=CancelToken()
    )
    assert np.abs(old.pixels.astype(int) - new.pixels).max() <= 1


def test_a_folder_with_only_the_half_precision_variant(tmp_path: Path, drawn_subject: Subject) -> None:
    folder = tiny.write_folder(tmp_path / "model", "sdxl", variant="fp16")
    assert list(folder.glob("unet/*.fp16.safetensors"))
    engine = DiffusionEngine(folder, device="cpu")
    picture = engine.generate(drawn_subject, tiny.make_plan(), tell=nobody, cancel=CancelToken())
    assert picture.pixels.std() > 5


def test_a_folder_in_shards(copy_of: FolderOf, tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    import diffusers

    folder = copy_of("sd15")
    unet = diffusers.UNet2DConditionModel.from_pretrained(str(folder / "unet"), local_files_only=True)
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    unet.save_pretrained(folder / "unet", safe_serialization=True, max_shard_size="1MB")
    assert len(list((folder / "unet").glob("*-of-*.safetensors"))) > 1
    engine = DiffusionEngine(folder, device="cpu")
    assert engine.capabilities().ready
    picture = engine.generate(drawn_subject, tiny.make_plan(), tell=nobody, cancel=CancelToken())
    assert picture.pixels.shape == (96, 64, 3)
    next((folder / "unet").glob("*-of-*.safetensors")).unlink()
    refuse(folder, WeightsDamaged, "cannot be read")


# ---------------------------------------------------------------- single files


def test_a_checkpoint_of_another_size_than_its_family(tiny_checkpoint: FolderOf) -> None:
    """Right names, wrong widths: the carried configuration does not fit."""
    with pytest.raises(WeightsDamaged, match=r"Stable Diffusion 1\.5"):
        DiffusionEngine(tiny_checkpoint("sd15"), device="cpu").load()


@pytest.mark.parametrize(
    "beginning",
    [
        "model.diffusion_model.middle_block",
        "first_stage_model.decoder.mid",
        "conditioner.embedders.0.transformer.text_model.final_layer_norm",
        "conditioner.embedders.1.model.ln_final",
    ],
)
def test_a_checkpoint_that_lost_tensors(
    tiny_checkpoint: FolderOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: str
) -> None:
    from safetensors.torch import load_file, save_file

    from stylize.engines.diffusion import load

    whole = tiny_checkpoint("sdxl")
    monkeypatch.setattr(load, "config_folder", lambda family: whole.with_suffix(".config"))
    kept = {name: t for name, t in load_file(str(whole)).items() if not name.startswith(beginning)}
    save_file(kept, str(tmp_path / "torn.safetensors"))
    with pytest.raises(WeightsDamaged):
        DiffusionEngine(tmp_path / "torn.safetensors", device="cpu").load()


def test_a_checkpoint_trained_on_velocity_is_denoised_so(
    tiny_checkpoint: FolderOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn_subject: Subject
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    from stylize.engines.diffusion import load

    plain = tiny_checkpoint("sdxl")
    monkeypatch.setattr(load, "config_folder", lambda family: plain.with_suffix(".config"))
    save_file(load_file(str(plain)) | {"v_pred": torch.zeros(0)}, str(tmp_path / "velocity.safetensors"))
    engine = DiffusionEngine(tmp_path / "velocity.safetensors", device="cpu")
    for scheduler in ("ddim", "euler", "dpmpp-2m-karras"):
        paint(engine, drawn_subject, tiny.make_plan(scheduler=scheduler))
        assert pipeline_of(engine).scheduler.config.prediction_type == "v_prediction"


def test_loading_tells_how_far_it_is(tiny_folder: FolderOf) -> None:
    heard: list[Progress] = []
    DiffusionEngine(tiny_folder("sdxl"), device="cpu").load(tell=heard.append)
    fractions = [progress.fraction for progress in heard]
    assert {progress.stage for progress in heard} == {Stage.LOAD}
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) > 5


@pytest.mark.parametrize(("name", "value"), [("device", "abacus"), ("dtype", "int4"), ("memory", "offload")])
def test_a_choice_that_is_not_there(tiny_folder: FolderOf, name: str, value: str) -> None:
    choice = {"device": "cpu"} | {name: value}
    with pytest.raises(UnknownChoice):
        DiffusionEngine(tiny_folder("sd15"), **choice).load()
