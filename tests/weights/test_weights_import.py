"""Weights that people have: taken over without a copy, or copied and read back; found by role."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stylize.errors import PlaceTaken, WeightsDamaged, WeightsError
from stylize.weights import Family, list_loras, look_up
from stylize.weights.bring import bring, known_as
from stylize.weights.find import look_through
from stylize.weights.keep import verify
from stylize.weights.lock import LOCK, PARTIAL, Installed, read_lock, write_lock
from stylize.weights.parts import parts_beside, parts_for, weights_home
from tests.weights import shelves
from tests.weights.shelves import put, take

STYLIZE = (sys.executable, "-m", "stylize", "weights")


# ---------------------------------------------------------------- without a copy


def test_a_reference_copies_nothing_and_the_model_is_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    model = put(tmp_path / "ComfyUI" / "dreamy.safetensors", shelves.checkpoint())
    part = take(model, home)
    assert (part.origin, part.slug, Path(part.place)) == ("referenced", "my-dreamy", model)
    assert sorted(path.name for path in home.iterdir()) == [PARTIAL, LOCK]
    assert [path.stat().st_size for path in (home / PARTIAL).iterdir()] == [0], "the file lock"
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


@pytest.mark.skipif(sys.platform == "win32", reason="the home folder is not taken from HOME there")
def test_the_command_finds_other_programs_when_asked(tmp_path: Path) -> None:
    shelves.comfyui(tmp_path / "person" / "ComfyUI")
    words = [*STYLIZE, "import", "--find", "--only", "dreamy", "--folder", str(tmp_path / "home")]
    done = subprocess.run(
        words, env=os.environ | {"HOME": str(tmp_path / "person")}, capture_output=True, text=True, check=True
    )
    assert "ComfyUI" in done.stdout
    assert "6 usable" in done.stdout
    assert list(read_lock(tmp_path / "home").installed) == ["my-dreamy"]


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
    with pytest.raises(PlaceTaken, match=part.slug):
        take(source, home, copy=True)


def test_two_copies_of_one_name_are_two_parts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    model = take(put(tmp_path / "stick" / "same.safetensors", shelves.checkpoint()), home, copy=True)
    lora = take(put(tmp_path / "stick" / "loras" / "same.safetensors", shelves.lora()), home, copy=True)
    assert (model.place, lora.place) == ("same.safetensors", "loras/same.safetensors")
    assert sorted(read_lock(home).installed) == ["my-same", "my-same-2"]


def test_a_copy_that_is_not_what_was_read_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr("stylize.weights.bring.hash_file", lambda path: "0" * 64)
    with pytest.raises(WeightsDamaged, match="not what was read"):
        take(put(tmp_path / "plastic.safetensors", shelves.lora()), home, copy=True)
    assert [path.stat().st_size for path in home.rglob("*") if path.is_file()] == [0], "nothing but the file lock"


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


def test_the_commands_write_where_the_engine_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from argparse import Namespace

    from stylize.cli.weights import home_of

    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    monkeypatch.delenv("STYLIZE_WEIGHTS", raising=False)
    assert home_of(Namespace(folder=None)) == weights_home()
    named = tmp_path / "named"
    monkeypatch.setenv("STYLIZE_WEIGHTS", str(named))
    assert home_of(Namespace(folder=None)) == named, "a folder that is named is made"
    named.mkdir()
    assert home_of(Namespace(folder=None)) == weights_home() == named
    monkeypatch.setenv("STYLIZE_WEIGHTS", str(tmp_path / "model.safetensors"))
    assert home_of(Namespace(folder=None)) == tmp_path / "data" / "stylize" / "weights"


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"version": 9}', b'{"version": 1, "installed": {"a": {}}}'])
def test_a_lock_that_makes_no_sense_is_said_and_breaks_nothing_else(tmp_path: Path, text: bytes) -> None:
    put(tmp_path / LOCK, text)
    with pytest.raises(WeightsDamaged, match=LOCK):
        read_lock(tmp_path)
    assert parts_for("sd15", tmp_path) == {}
    model = put(tmp_path / "model.safetensors", shelves.checkpoint())
    assert look_up(tmp_path, environment=dict(os.environ)).path == model


def test_loras_are_called_by_name_wherever_they_lie_and_only_for_their_own_models(tmp_path: Path) -> None:
    home = tmp_path / "home"
    model = look_up(put(home / "model.safetensors", shelves.checkpoint()), environment={})
    put(home / "loras" / "by-hand.safetensors", shelves.lora())
    take(put(tmp_path / "stick" / "wide.safetensors", shelves.lora(2048)), home, copy=True)
    take(put(tmp_path / "stick" / "copied.safetensors", shelves.lora()), home, copy=True)
    elsewhere = put(tmp_path / "ComfyUI" / "loras" / "plastic.safetensors", shelves.lora())
    take(elsewhere, home)
    take(put(tmp_path / "ComfyUI" / "loras" / "large.safetensors", shelves.lora(2048)), home)
    loras = list_loras(model)
    assert list(loras) == ["by-hand", "copied", "plastic"]
    assert loras["plastic"] == elsewhere
    elsewhere.unlink()
    assert list(list_loras(model)) == ["by-hand", "copied"]
