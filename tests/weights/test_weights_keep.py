"""Installed weights are looked after, and removed without touching what is not ours."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stylize.errors import WeightsDamaged, WeightsError
from stylize.weights.keep import chosen, remove, verify
from stylize.weights.lock import LOCK, read_lock, write_lock
from tests.weights import shelves
from tests.weights.shelves import put, take

STYLIZE = (sys.executable, "-m", "stylize", "weights")


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


def test_a_strangers_file_name_commands_no_terminal(tmp_path: Path) -> None:
    home = tmp_path / "home"
    source = shelves.diffusers_folder(tmp_path / "stick" / "sd-1")
    part = take(source, home, copy=True)
    odd = replace(part.files[0], path="unet/\x1b[2Jodd.json")
    write_lock(home, read_lock(home).having(replace(part, files=(odd, *part.files[1:]))))
    for words in (("verify",), ("remove", part.slug, "--yes")):
        done = subprocess.run([*STYLIZE, *words, "--folder", str(home)], capture_output=True, text=True, check=False)
        assert part.slug in done.stdout
        assert "\x1b" not in done.stdout + done.stderr


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


def test_a_link_inside_a_part_is_not_followed_either(tmp_path: Path) -> None:
    home = tmp_path / "home"
    part = take(shelves.diffusers_folder(tmp_path / "stick" / "sd-1"), home, copy=True)
    outside = tmp_path / "outside"
    (home / "sd-1" / "unet").rename(outside)
    (home / "sd-1" / "unet").symlink_to(outside, target_is_directory=True)
    before = sorted(outside.iterdir())
    left = remove(part, home)
    assert sorted(outside.iterdir()) == before
    assert any("unet/config.json lies behind a link" in line for line in left)
    assert not (home / "sd-1" / "vae").exists()


# ---------------------------------------------------------------- what to do


@pytest.mark.parametrize(("data", "advice"), [(b"cut", "weights pull my-plastic"), (None, "then pull it again")])
def test_what_is_advised_mends_it(tmp_path: Path, data: bytes | None, advice: str) -> None:
    """`pull` replaces what is cut off, which `remove` would leave; it passes over what is as long as it was."""
    home = tmp_path / "home"
    part = take(put(tmp_path / "plastic.safetensors", shelves.lora()), home, copy=True)
    write_lock(home, read_lock(home).having(replace(part, origin="pulled")))
    place = home / "loras" / "plastic.safetensors"
    place.write_bytes(bytes(place.stat().st_size) if data is None else data)
    done = subprocess.run([*STYLIZE, "verify", "--folder", str(home)], capture_output=True, text=True, check=False)
    assert done.returncode == 6
    assert advice in done.stdout
