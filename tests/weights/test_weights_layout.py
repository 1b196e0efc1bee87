"""What pull lays out is what the engine finds: the real catalog, with small stand-ins of the right shapes."""

from __future__ import annotations

import hashlib
import re
from importlib import resources
from pathlib import Path

import pytest

from stylize.weights import list_loras, look_up
from stylize.weights.catalog import Catalog, Part, RemoteFile
from stylize.weights.declared import read_catalog
from stylize.weights.guides import find_guides
from stylize.weights.keep import chosen, verify
from stylize.weights.kinds import recognise
from stylize.weights.lock import where_of
from stylize.weights.parts import parts_for
from tests.weights import shelves
from tests.weights.fetching import NOW
from tests.weights.local_hub import LocalHub

TEXT = resources.files("stylize.weights").joinpath("catalog.toml").read_text(encoding="utf-8")
COMMIT = "c" * 40


def stand_in(part: Part, file: RemoteFile, source: Path) -> bytes:
    """A file of the right kind for its role, a few bytes long."""
    role, wide = part.roles[0].partition(":")[0], 2048 if "sdxl" in part.families else 768
    if part.slug == "sd15":
        return (source / file.path.replace(".fp16", "")).read_bytes() if "." in file.path else b""
    if not file.path.endswith(".safetensors"):
        return b"{}"
    made = {
        "base": shelves.checkpoint(xl=wide == 2048),
        "vae": shelves.vae(),
        "fast_lora": shelves.lora(wide),
        "lora": shelves.peft_lora(wide),
        "ip_adapter": shelves.ip_adapter(wide),
        "image_encoder": shelves.image_encoder(),
        "controlnet": shelves.controlnet(wide),
        "preview_vae": shelves.tiny_vae(),
        "safety_checker": shelves.image_encoder(1024),
    }
    return made[role] + b""


def shrunk(tier: str, folder: Path) -> tuple[Catalog, dict[str, dict[str, bytes]]]:
    """The catalog with the hashes of stand-ins for one tier, and what the hub then holds."""
    source = shelves.diffusers_folder(folder)
    for extra in ("tokenizer/tokenizer_config.json", "tokenizer/special_tokens_map.json"):
        shelves.put(source / extra, b"{}")
    whole = read_catalog(TEXT)
    text = re.sub(r'revision = "[0-9a-f]{40}"', f'revision = "{COMMIT}"', TEXT)
    text = re.sub(r"(size_bytes|about_bytes) = \d+, ", "", text)
    files: dict[str, dict[str, bytes]] = {}
    for part in (*whole.tiers[tier].default, *whole.tiers[tier].optional):
        for file in part.files:
            data = stand_in(part, file, source)
            known = files.setdefault(part.repository, {}).setdefault(file.path, data)
            if file.sha256:
                text = text.replace(file.sha256, hashlib.sha256(known).hexdigest())
    return read_catalog(text), files


@pytest.mark.parametrize("tier", ["small", "standard"])
def test_a_pulled_tier_is_found_role_by_role(hub: LocalHub, tmp_path: Path, tier: str) -> None:
    from stylize.weights.fetch.run import Order, Voice, pull

    hub.commit = COMMIT
    catalog, hub.files = shrunk(tier, tmp_path / "source")
    home = tmp_path / "home"
    parts = [*catalog.tiers[tier].default, *(p for p in catalog.tiers[tier].optional if "base" not in p.roles)]
    order = Order(
        parts=tuple(parts),
        home=home,
        accepted=dict.fromkeys(catalog.licences, NOW),
        endpoint=hub.endpoint,
        allow_hosts=(hub.store,),
    )
    pull(order, Voice(line=lambda text: None, progress=lambda what, have, whole: None))

    base = look_up(home, environment={})
    assert base.family.value == catalog.tiers[tier].family
    found = parts_for(base.family.value, home)
    assert set(found) == {role for part in parts for role in part.roles}
    assert found["base"] == (base.path,)
    guides = find_guides(base)
    assert guides.ip_adapter == found["ip_adapter"][0]
    assert guides.image_encoder == found["image_encoder"][0]
    assert guides.controls["depth"] == found["controlnet:depth"][0]
    pulled = {path.stem: path for role in ("fast_lora", "lora") for path in found.get(role, ())}
    assert list_loras(base) == pulled
    for part in chosen(home, ()):
        wrong = verify(part, home).wrong
        assert all("in the lock file than in the catalog" in line for line in wrong), "stand-ins have other hashes"
        if part.roles[0] != "safety_checker":
            assert recognise(where_of(part, home)).roles == part.roles
