"""Weights that people have: recognised, taken over without a copy, or copied and read back; looked after, removed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stylize.errors import PlaceTaken, WeightsDamaged, WeightsError, WeightsUnknownFamily, WeightsUnsafe
from stylize.weights import Family, look_up
from stylize.weights.bring import bring, known_as
from stylize.weights.find import is_removable, look_through, usual_places
from stylize.weights.keep import chosen, remove, verify
from stylize.weights.kinds import recognise
from stylize.weights.lock import LOCK, Installed, read_lock, write_lock
from stylize.weights.parts import parts_beside, parts_for, weights_home
from tests.weights import shelves
from tests.weights.shelves import put

STYLIZE = (sys.executable, "-m", "stylize", "weights")


def take(place: Path, home: Path, *, copy: bool = False) -> Installed:
    return bring(recognise(place), home, copy=copy, hear=lambda done, total: None)


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


# ---------------------------------------------------------------- without a copy


def test_a_reference_copies_nothing_and_the_model_is_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    model = put(tmp_path / "ComfyUI" / "dreamy.safetensors", shelves.checkpoint())
    part = take(model, home)
    assert (part.origin, part.slug, Path(part.place)) == ("referenced", "my-dreamy", model)
    assert [path.name for path in home.iterdir()] == [LOCK]
    found = look_up(home, environment={})
    assert (found.path, found.family) == (model, Family.SD15)
    assert parts_for("sd15", home)["base"] == (model,)


def test_two_of_one_name_are_two_and_one_twice_is_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for folder in ("a", "b", "a"):
        take(put(tmp_path / folder / "same.safetensors", shelves.lora()), home)
    assert sorted(read_lock(home).installed) == ["my-same", "my-same-2"]


def test_a_reference_that_went_away_is_not_offered(tmp_path: Path) -> None:
    home = tmp_path / "home"
    model = put(tmp_path / "dreamy.safetensors", shelves.checkpoint())
    part = take(model, home)
    model.unlink()
    assert parts_for("sd15", home) == {}
    with pytest.raises(WeightsError):
        look_up(home, environment={})
    assert verify(part, home).wrong == ("the file is not there",)


def test_the_command_asks_which_and_takes_what_is_named(tmp_path: Path) -> None:
    models = shelves.comfyui(tmp_path / "ComfyUI")
    home = ["--folder", str(tmp_path / "home")]
    unclear = subprocess.run([*STYLIZE, "import", str(models), *home], capture_output=True, text=True, check=False)
    assert unclear.returncode == 2
    assert "--only NAME" in unclear.stderr
    done = subprocess.run(
        [*STYLIZE, "import", str(models), "--only", "dreamy", "--only", "vae-ft-mse", *home],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "my-dreamy: base for sd15" in done.stdout
    assert sorted(read_lock(tmp_path / "home").installed) == ["my-dreamy", "my-vae-vae-ft-mse"]
    listed = subprocess.run([*STYLIZE, "list", *home], capture_output=True, text=True, check=True)
    assert "[x] my-dreamy" in listed.stdout


# ---------------------------------------------------------------- with a copy


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_copy_is_whole_and_its_own(tmp_path: Path, kind: str) -> None:
    home = tmp_path / "home"
    if kind == "file":
        source = put(tmp_path / "stick" / "plastic.safetensors", shelves.lora())
        part = take(source, home, copy=True)
        assert (home / "loras" / "plastic.safetensors").read_bytes() == source.read_bytes()
    else:
        source = shelves.diffusers_folder(tmp_path / "stick" / "sd-1")
        part = take(source, home, copy=True)
        assert not (home / "sd-1" / "README.md").exists(), "only what is read of a model is copied"
        assert not list((home / "sd-1").rglob("*.bin"))
        assert look_up(home, environment={}).family is Family.SD15
    assert part.origin == "copied"
    assert verify(part, home).wrong == ()
    with pytest.raises(PlaceTaken):
        take(source, home, copy=True)


def test_a_copy_that_is_not_what_was_read_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr("stylize.weights.bring.hash_file", lambda path: "0" * 64)
    with pytest.raises(WeightsDamaged, match="not what was read"):
        take(put(tmp_path / "plastic.safetensors", shelves.lora()), home, copy=True)
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_known_file_is_named() -> None:
    from stylize.weights.catalog import catalog
    from stylize.weights.lock import LockedFile

    pin = catalog().parts["sdxl"].files[0]
    file = LockedFile(path="", size_bytes=int(pin.size_bytes or 0), sha256=str(pin.sha256), trust="imported")
    part = Installed(
        slug="my-x",
        title="x",
        origin="referenced",
        roles=("base",),
        families=("sdxl",),
        place="/x",
        files=(file,),
        at="",
    )
    assert known_as(part) == "Stable Diffusion XL base 1.0"
    assert known_as(replace(part, files=(replace(file, sha256="0" * 64),))) is None


# ---------------------------------------------------------------- looked after


def test_verify_says_what_is_wrong(tmp_path: Path) -> None:
    home = tmp_path / "home"
    part = take(shelves.diffusers_folder(tmp_path / "stick" / "sd-1"), home, copy=True)
    flipped = home / "sd-1" / "unet" / "diffusion_pytorch_model.safetensors"
    raw = bytearray(flipped.read_bytes())
    raw[-1] ^= 1
    flipped.write_bytes(raw)
    (home / "sd-1" / "vae" / "config.json").unlink()
    put(home / "sd-1" / "tokenizer" / "merges.txt", b"more")
    said = verify(part, home).wrong
    assert len(said) == 3
    assert any("unet" in line and "altered" in line for line in said)
    assert any("vae/config.json is not there" in line for line in said)
    assert any("merges.txt has 4 bytes instead of 0" in line for line in said)
    done = subprocess.run([*STYLIZE, "verify", "--folder", str(home)], capture_output=True, text=True, check=False)
    assert done.returncode == 6
    assert "altered" in done.stdout


def test_a_lock_that_was_rewritten_is_held_against_the_catalog(tmp_path: Path) -> None:
    from stylize.weights.catalog import catalog

    home = tmp_path / "home"
    part = take(put(tmp_path / "fast.safetensors", shelves.lora()), home, copy=True)
    known = catalog().parts["lcm-sd15"]
    forged = replace(part, slug=known.slug, origin="pulled", revision=known.revision)
    assert any("than in the catalog" in line for line in verify(forged, home).wrong)
    assert verify(replace(forged, revision="f" * 40), home).wrong == ()


def test_an_unknown_name_lists_what_is_there(tmp_path: Path) -> None:
    take(put(tmp_path / "plastic.safetensors", shelves.lora()), tmp_path / "home")
    with pytest.raises(WeightsError, match="my-plastic"):
        chosen(tmp_path / "home", ("nothing",))


# ---------------------------------------------------------------- removed


def test_a_copy_is_deleted_and_a_reference_is_only_forgotten(tmp_path: Path) -> None:
    home = tmp_path / "home"
    source = put(tmp_path / "stick" / "plastic.safetensors", shelves.lora())
    own = put(tmp_path / "own" / "dreamy.safetensors", shelves.checkpoint())
    copied, referenced = take(source, home, copy=True), take(own, home)
    assert remove(copied, home) == ()
    assert remove(referenced, home) == ()
    assert own.exists()
    assert source.exists()
    assert sorted(path.name for path in home.iterdir()) == [".partial", LOCK]
    assert read_lock(home).installed == {}


def test_what_somebody_laid_beside_or_changed_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    part = take(shelves.diffusers_folder(tmp_path / "stick" / "sd-1"), home, copy=True)
    mine = put(home / "sd-1" / "notes.txt", b"mine")
    changed = put(home / "sd-1" / "unet" / "config.json", b'{"changed": true}')
    left = remove(part, home)
    assert mine.exists()
    assert changed.exists()
    assert any("notes" not in line and "other files" in line for line in left)
    assert any("unet/config.json" in line for line in left)
    assert not (home / "sd-1" / "vae").exists()


def test_without_a_yes_nothing_goes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    take(put(tmp_path / "plastic.safetensors", shelves.lora()), home, copy=True)
    words = [*STYLIZE, "remove", "my-plastic", "--folder", str(home)]
    refused = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert (home / "loras" / "plastic.safetensors").exists()
    subprocess.run([*words, "--yes"], check=True, capture_output=True)
    assert not (home / "loras").exists()


@pytest.mark.parametrize("place", ["../outside", "/etc", "a/../../outside", ""])
def test_a_lock_that_leads_out_of_the_folder_is_refused(tmp_path: Path, place: str) -> None:
    home = tmp_path / "home"
    part = take(put(tmp_path / "plastic.safetensors", shelves.lora()), home, copy=True)
    write_lock(home, read_lock(home).having(replace(part, place=place)))
    with pytest.raises(WeightsDamaged):
        read_lock(home)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    part = take(put(tmp_path / "plastic.safetensors", shelves.lora()), home, copy=True)
    outside = tmp_path / "outside"
    (home / "loras").rename(outside)
    (home / "loras").symlink_to(outside, target_is_directory=True)
    assert remove(part, home)
    assert (outside / "plastic.safetensors").exists()


# ---------------------------------------------------------------- roles


def test_parts_are_found_by_role_in_the_order_of_the_catalog(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for one in look_through(shelves.comfyui(tmp_path / "ComfyUI")):
        bring(one, home, copy=False, hear=lambda done, total: None)
    dreamy = read_lock(home).installed["my-dreamy"]
    ours = put(home / "sd15.safetensors", shelves.checkpoint(fill=1))
    pulled = replace(dreamy, slug="sd15", origin="pulled", place=ours.name)
    write_lock(home, read_lock(home).having(pulled))
    parts = parts_for("sd15", home)
    assert [path.name for path in parts["base"]] == ["sd15.safetensors", "dreamy.safetensors"]
    assert set(parts) == {"base", "vae", "fast_lora", "ip_adapter", "image_encoder", "controlnet:softedge"}
    assert set(parts_for("sdxl", home)) == {"image_encoder"}
    assert parts_beside(look_up(ours, environment={})) == parts
    ours.write_bytes(b"cut off")
    assert [path.name for path in parts_for("sd15", home)["base"]] == ["dreamy.safetensors"]


def test_the_weights_folder_is_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    named = tmp_path / "named"
    named.mkdir()
    assert weights_home(environment={"STYLIZE_WEIGHTS": str(named)}) == named
    assert weights_home(tmp_path / "given", environment={"STYLIZE_WEIGHTS": str(named)}) == tmp_path / "given"
    assert (
        weights_home(environment={"XDG_DATA_HOME": str(tmp_path / "data"), "LOCALAPPDATA": str(tmp_path / "data")}).name
        == "weights"
    )
    put(tmp_path / "weights" / LOCK, b"{}")
    assert weights_home(environment={}) == tmp_path / "weights"


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"version": 9}', b'{"version": 1, "installed": {"a": {}}}'])
def test_a_lock_that_makes_no_sense_is_said_and_breaks_nothing_else(tmp_path: Path, text: bytes) -> None:
    put(tmp_path / LOCK, text)
    with pytest.raises(WeightsDamaged, match=LOCK):
        read_lock(tmp_path)
    assert parts_for("sd15", tmp_path) == {}
    model = put(tmp_path / "model.safetensors", shelves.checkpoint())
    assert look_up(tmp_path, environment=dict(os.environ)).path == model
