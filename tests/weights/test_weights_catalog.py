"""The catalog is read strictly, and nothing unclear is in a default set."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

from stylize.errors import DeclarationError
from stylize.weights import tiers
from stylize.weights.catalog import catalog, gigabytes
from stylize.weights.declared import read_catalog

TEXT = resources.files("stylize.weights").joinpath("catalog.toml").read_text(encoding="utf-8")

FREE = {"apache-2-0", "mit", "creativeml-openrail-m", "openrail-plus-plus"}
"""Licences that allow everybody everything but harm. Adding one here is a decision, not a repair."""


def test_only_allowed_licences_are_fetched_unasked() -> None:
    for tier in tiers():
        assert {part.licence.slug for part in tier.default} <= FREE, tier.slug
    assert {slug for slug, licence in catalog().licences.items() if licence.default} == FREE


def test_a_default_set_with_another_licence_is_refused() -> None:
    bad = TEXT.replace('"preview-sd15"]', '"preview-sd15", "dreamshaper-8"]').replace(
        ', "dreamshaper-8"]\n[tiers', "]\n[tiers", 1
    )
    assert bad != TEXT
    with pytest.raises(DeclarationError, match="licence"):
        read_catalog(bad)


def test_the_tiers_are_of_the_size_that_is_promised() -> None:
    sizes = {tier.slug: tier.size_bytes / 1e9 for tier in tiers()}
    assert list(sizes) == ["small", "standard", "edit", "edit-large"]
    assert 4 <= sizes["small"] <= 5.5
    assert 8 <= sizes["standard"] <= 12
    assert 12 <= sizes["edit"] <= 16.5
    assert all(tier.size_bytes == sum(part.size_bytes for part in tier.default) for tier in tiers())


def test_every_tier_has_a_base_and_the_image_tiers_can_carry_a_likeness() -> None:
    for tier in tiers():
        roles = {role for part in tier.default for role in part.roles}
        assert "base" in roles, tier.slug
        if tier.family in ("sd15", "sdxl"):
            assert {"ip_adapter", "image_encoder", "fast_lora", "preview_vae"} <= roles
            assert any(role == "controlnet:depth" for part in tier.optional for role in part.roles)


def test_pins_are_commits_and_hashes_and_never_a_branch() -> None:
    for part in catalog().parts.values():
        assert re.fullmatch(r"[0-9a-f]{40}", part.revision)
        for file in part.files:
            assert (file.sha256 is None) == (file.trust == "first-download")
            assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
    shas = [
        file.sha256
        for part in catalog().parts.values()
        for file in part.files
        if file.sha256 and file.likely_bytes > 1e7
    ]
    assert len(shas) == len(set(shas))


def test_no_part_is_left_out_of_every_tier() -> None:
    named = {part.slug for tier in tiers() for part in (*tier.default, *tier.optional)}
    assert named == set(catalog().parts)


OFF = {
    "unknown key in a part": ('title = "TAESD"', 'title = "TAESD"\ncolour = "red"', "colour is unknown"),
    "unknown key in a file": (
        'path = "config.json", sha256',
        'path = "config.json", md5 = "x", sha256',
        "md5 is unknown",
    ),
    "unknown key at the top": ("[licences.mit]", "[mirrors]\n[licences.mit]", "mirrors is unknown"),
    "a branch for a revision": ("614f76814bbe30edbe2e627ace1c2234c81a2c0e", "main", "revision"),
    "a hash too short": ("db169d69145ec4ff064e49d99c95fa05d3eb04ee453de35824a6d0f325513549", "db16", "sha256"),
    "a pickle": ('path = "pytorch_lora_weights.safetensors"', 'path = "pytorch_lora_weights.bin"', "end in one of"),
    "a way out": ('place = "preview/taesd"', 'place = "../taesd"', "place"),
    "a hidden place": ('place = "preview/taesd"', 'place = ".partial/taesd"', "hidden"),
    "two in one place": ('place = "preview/taesd"\n', 'place = "preview"\n', "overlaps"),
    "http": ('link = "https://opensource.org', 'link = "http://opensource.org', "https"),
    "no hash and no reason": (', trust = "first-download" }', " }", "needs either"),
    "a guess for a known file": ("size_bytes = 9793292, sha256", "about_bytes = 9793292, sha256", "about_bytes"),
    "an unknown role": ('roles = ["preview_vae"]', 'roles = ["preview"]', "none of"),
    "an unknown part": ('"preview-sd15"]', '"preview-sd16"]', "none of"),
    "a missing translation": ('de = "Das ganze Modell."\n', "", "de is missing"),
    "a size of words": ("size_bytes = 631", 'size_bytes = "631"', "whole number"),
    "no TOML": ("[licences.mit]", "[licences.mit", "TOML"),
}


@pytest.mark.parametrize("case", OFF)
def test_what_is_off_is_refused_by_name(case: str) -> None:
    old, new, word = OFF[case]
    assert old in TEXT
    with pytest.raises(DeclarationError, match=word):
        read_catalog(TEXT.replace(old, new))


def test_the_file_has_no_key_that_nothing_reads() -> None:
    assert set(tomllib.loads(TEXT)) == {"licences", "tiers", "parts"}


@pytest.mark.parametrize(("size", "said"), [(4_905_165_709, "4.9 GB"), (134_621_556, "135 MB"), (541, "0.5 kB")])
def test_sizes_are_said_as_download_pages_do(size: int, said: str) -> None:
    assert gigabytes(size) == said
