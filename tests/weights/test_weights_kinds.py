"""What is this file, and for which model? Weights of other programs, recognised where they lie."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stylize.errors import WeightsDamaged, WeightsUnknownFamily, WeightsUnsafe
from stylize.weights.bring import bring
from stylize.weights.find import is_removable, look_through, usual_places
from stylize.weights.keep import verify
from stylize.weights.kinds import recognise
from tests.weights import shelves
from tests.weights.shelves import put

STYLIZE = (sys.executable, "-m", "stylize", "weights")


# ---------------------------------------------------------------- what it is

KNOWN: dict[str, tuple[str, bytes, tuple[str, ...], tuple[str, ...]]] = {
    "a checkpoint": ("a", shelves.checkpoint(), ("base",), ("sd15",)),
    "an XL checkpoint": ("a", shelves.checkpoint(xl=True), ("base",), ("sdxl",)),
    "a LoRA": ("toy", shelves.lora(), ("lora",), ("sd15",)),
    "an XL LoRA": ("toy", shelves.lora(2048), ("lora",), ("sdxl",)),
    "a LoRA of diffusers": ("toy", shelves.peft_lora(2048), ("lora",), ("sdxl",)),
    "a fast LoRA": ("lcm-lora-sdv1-5", shelves.lora(), ("fast_lora",), ("sd15",)),
    "a faster LoRA": ("sdxl_lightning_4step_lora", shelves.lora(2048), ("fast_lora",), ("sdxl",)),
    "a LoRA for Qwen": (
        "a",
        shelves.edit_lora("transformer_blocks.0.attn.add_q_proj"),
        ("lora",),
        ("qwen-image-edit",),
    ),
    "a LoRA for FLUX": ("a", shelves.edit_lora("single_transformer_blocks.0.attn.to_q"), ("lora",), ("flux2-klein",)),
    "depth": ("control_v11f1p_sd15_depth", shelves.old_controlnet(), ("controlnet:depth",), ("sd15",)),
    "softedge": ("control-softedge", shelves.controlnet(), ("controlnet:softedge",), ("sd15",)),
    "openpose": ("thibaud_xl_openpose", shelves.controlnet(2048), ("controlnet:openpose",), ("sdxl",)),
    "an adapter": ("ip-adapter-plus-face_sd15", shelves.ip_adapter(), ("ip_adapter",), ("sd15",)),
    "an XL adapter": ("ip-adapter", shelves.ip_adapter(2048), ("ip_adapter",), ("sdxl",)),
    "an image encoder": ("model", shelves.image_encoder(), ("image_encoder",), ("sd15", "sdxl")),
    "a VAE": ("vae-ft-mse", shelves.vae(), ("vae",), ("sd15",)),
    "an XL VAE": ("sdxl_vae", shelves.vae(), ("vae",), ("sdxl",)),
    "a tiny VAE": ("taesd", shelves.tiny_vae(), ("preview_vae",), ("sd15",)),
}


@pytest.mark.parametrize("case", KNOWN)
def test_files_are_told_apart_by_their_tensors(tmp_path: Path, case: str) -> None:
    name, data, roles, families = KNOWN[case]
    found = recognise(put(tmp_path / f"{name}.safetensors", data))
    assert (found.roles, found.families) == (roles, families)


STRANGE: dict[str, tuple[str, bytes, str]] = {
    "a LoRA of SD 2": ("toy", shelves.lora(1024), "another kind"),
    "a ControlNet without a name": ("model_b", shelves.controlnet(), "name does not say"),
    "another image encoder": ("bigG", shelves.image_encoder(1664), "ViT-H"),
    "a VAE of FLUX": ("ae", shelves.vae(16), "another kind"),
    "an adapter for FLUX": ("ip", shelves.ip_adapter(4096), "another kind"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_cannot_be_used_is_refused_with_the_reason(tmp_path: Path, case: str) -> None:
    name, data, word = STRANGE[case]
    with pytest.raises(WeightsUnknownFamily, match=word):
        recognise(put(tmp_path / f"{name}.safetensors", data))


@pytest.mark.parametrize("ending", [".ckpt", ".pt", ".bin", ".pth", ".CKPT"])
def test_pickles_are_refused_and_how_to_convert_is_said(tmp_path: Path, ending: str) -> None:
    pickle = put(tmp_path / f"model{ending}", b"PK\x03\x04")
    done = subprocess.run(
        [*STYLIZE, "import", str(pickle), "--folder", str(tmp_path / "home")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 6
    assert "convert" in done.stderr
    assert not (tmp_path / "home").exists()
    if ending == ".ckpt":
        with pytest.raises(WeightsUnsafe):
            recognise(put(tmp_path / "disguised.safetensors", b"PK\x03\x04 and so on"))


# ---------------------------------------------------------------- where it lies


def test_the_folders_of_a1111_and_forge(tmp_path: Path) -> None:
    found = {one.name: one.roles for one in look_through(shelves.a1111(tmp_path))}
    assert found == {
        "juggler": ("base",),
        "plastic": ("lora",),
        "sdxl_vae": ("vae",),
        "control_v11f1p_sd15_depth_fp16": ("controlnet:depth",),
    }


def test_the_folders_of_comfyui_and_fooocus(tmp_path: Path) -> None:
    found = {one.name: one.roles for one in look_through(shelves.comfyui(tmp_path))}
    assert found == {
        "dreamy": ("base",),
        "lcm-lora-sdv1-5": ("fast_lora",),
        "vae-ft-mse": ("vae",),
        "control_v11p_sd15_softedge": ("controlnet:softedge",),
        "ip-adapter-plus-face_sd15": ("ip_adapter",),
        "CLIP-ViT-H-14": ("image_encoder",),
    }


def test_invokeai_keeps_models_in_numbered_folders(tmp_path: Path) -> None:
    put(tmp_path / "models" / "1f3c" / "model.safetensors", shelves.checkpoint())
    shelves.diffusers_folder(tmp_path / "models" / "77aa" / "sd-1")
    (one, two) = look_through(tmp_path / "models")
    assert (one.name, two.name) == ("1f3c", "sd-1")


def test_the_hubs_cache_is_used_through_its_links(tmp_path: Path) -> None:
    model = shelves.hub_cache(tmp_path / "hub")
    (found,) = look_through(model)
    assert found.name == "lovely-model"
    assert found.families == ("sd15",)
    part = bring(found, tmp_path / "home", copy=False, hear=lambda done, total: None)
    assert verify(part, tmp_path / "home").wrong == ()


def test_whole_editors_are_taken_without_their_programs(tmp_path: Path) -> None:
    found = recognise(shelves.editor_folder(tmp_path / "klein"))
    assert found.families == ("flux2-klein",)
    assert not any(path.suffix == ".py" for path in found.files)
    part = bring(found, tmp_path / "home", copy=True, hear=lambda done, total: None)
    copied = tmp_path / "home" / part.place
    assert recognise(copied).families == ("flux2-klein",)
    assert not (copied / "run_me.py").exists()
    (tmp_path / "klein" / "text_encoder" / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(WeightsDamaged):
        recognise(tmp_path / "klein")


def test_only_usual_places_are_looked_in(tmp_path: Path) -> None:
    shelves.comfyui(tmp_path / "ComfyUI")
    shelves.a1111(tmp_path / "stable-diffusion-webui")
    shelves.comfyui(tmp_path / "Secret")
    (tmp_path / "invoke" / "models").mkdir(parents=True)
    found = list(usual_places({"INVOKEAI_ROOT": str(tmp_path / "invoke")}, home=tmp_path))
    assert {program for program, _ in found} == {"ComfyUI", "Automatic1111", "InvokeAI"}
    assert not any("Secret" in str(place) for _, place in found)


@pytest.mark.skipif(sys.platform != "linux", reason="paths of Linux desktops")
def test_a_stick_is_told_by_where_it_hangs() -> None:
    assert is_removable(Path("/media/ada/STICK/model.safetensors"))
    assert is_removable(Path("/run/media/ada/STICK"))
    assert not is_removable(Path("/home/ada/model.safetensors"))
