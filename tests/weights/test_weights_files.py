"""Every way weights can lie on a disk: named right, or refused with a sentence, without torch."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stylize import weights
from stylize.errors import (
    WeightsDamaged,
    WeightsError,
    WeightsMissing,
    WeightsUnknownFamily,
    WeightsUnsafe,
)
from stylize.weights import Family
from stylize.weights.header import read_header
from stylize.weights.store import look_up, user_folder

UNET = "model.diffusion_model."
SD15 = {
    f"{UNET}input_blocks.0.0.weight": (320, 4, 3, 3),
    f"{UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
    "first_stage_model.decoder.conv_in.weight": (512, 4, 3, 3),
    "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight": (4, 768),
}
SDXL = {
    f"{UNET}input_blocks.0.0.weight": (320, 4, 3, 3),
    f"{UNET}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (4, 2048),
    f"{UNET}label_emb.0.0.weight": (4, 2816),
    "first_stage_model.decoder.conv_in.weight": (512, 4, 3, 3),
    "conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight": (4, 768),
    "conditioner.embedders.1.model.token_embedding.weight": (4, 1280),
}

Shapes = dict[str, tuple[int, ...]]


def write(path: Path, shapes: Shapes, *, dtype: str = "F16", data: bool = True) -> Path:
    """A .safetensors file of zeros, made by hand from the format's description."""
    place, table = 0, {}
    for name, shape in shapes.items():
        size = 2
        for side in shape:
            size *= side
        table[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(table).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + (bytes(place) if data else b""))
    return path


def without(shapes: Shapes, beginning: str) -> Shapes:
    return {name: shape for name, shape in shapes.items() if not name.startswith(beginning)}


# ---------------------------------------------------------------- what it is


@pytest.mark.parametrize(("shapes", "family"), [(SD15, Family.SD15), (SDXL, Family.SDXL)])
def test_checkpoints(tmp_path: Path, shapes: Shapes, family: Family) -> None:
    found = weights.inspect(write(tmp_path / "a.safetensors", shapes))
    assert found.family is family
    assert found.single_file
    assert dict(found.parameters)["vae"] == 512 * 4 * 9
    assert not found.velocity


def test_a_velocity_model_says_so(tmp_path: Path) -> None:
    assert weights.inspect(write(tmp_path / "a.safetensors", SDXL | {"v_pred": (0,)})).velocity


OTHERS: dict[str, tuple[Shapes, str]] = {
    "inpainting": (SD15 | {f"{UNET}input_blocks.0.0.weight": (320, 9, 3, 3)}, "inpainting"),
    "pix2pix": (SD15 | {f"{UNET}input_blocks.0.0.weight": (320, 8, 3, 3)}, "instruction"),
    "sd2 by its text encoder": (SD15 | {"cond_stage_model.model.token_embedding.weight": (4, 4)}, "Diffusion 2"),
    "sd2 by its unet": (
        SD15 | {f"{UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024)},
        "Diffusion 2",
    ),
    "refiner": (
        without(SDXL, "conditioner.embedders.0") | {"conditioner.embedders.0.model.ln_final.bias": (1280,)},
        "refiner",
    ),
    "sd3": ({f"{UNET}joint_blocks.0.x_block.attn.qkv.weight": (4, 4)}, "Diffusion 3"),
    "flux": ({"double_blocks.0.img_attn.qkv.weight": (4, 4)}, "FLUX"),
    "lora": ({"lora_unet_down_blocks_0_attn.lora_down.weight": (4, 4)}, "LoRA"),
    "vae": ({"encoder.conv_in.weight": (4, 4), "decoder.conv_in.weight": (4, 4)}, "VAE alone"),
    "unet": ({"down_blocks.0.resnets.0.norm1.bias": (4,), "up_blocks.0.resnets.0.norm1.bias": (4,)}, "unet alone"),
    "text encoder": ({"text_model.embeddings.token_embedding.weight": (4, 4)}, "text encoder alone"),
    "controlnet": ({"control_model.time_embed.0.weight": (4, 4)}, "ControlNet"),
    "ip-adapter": ({"image_proj.proj.weight": (4, 4), "ip_adapter.1.to_k_ip.weight": (4, 4)}, "IP-Adapter"),
    "without vae": (without(SD15, "first_stage_model"), "vae is missing"),
    "without text": (without(SDXL, "conditioner.embedders.1"), "text_encoder_2 is missing"),
    "something else": ({"layers.0.weight": (4, 4)}, "no Stable Diffusion"),
    "empty": ({}, "no Stable Diffusion"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_people_also_have_is_named(tmp_path: Path, case: str) -> None:
    shapes, word = OTHERS[case]
    with pytest.raises(WeightsUnknownFamily, match=word):
        weights.inspect(write(tmp_path / "a.safetensors", shapes))


# ---------------------------------------------------------------- what is wrong with it


@pytest.mark.parametrize("keep", [0, 4, 8, 50, -1])
def test_truncated(tmp_path: Path, keep: int) -> None:
    path = write(tmp_path / "a.safetensors", SD15)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsDamaged):
        weights.inspect(path)


def test_longer_than_it_says(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", SD15)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(WeightsDamaged, match="shorter or longer"):
        weights.inspect(path)


HEADERS: dict[str, bytes] = {
    "no object": b"[1, 2]",
    "no json": b"{oops}",
    "not utf-8": b'{"\xff": 1}',
    "very deep": b"[" * 100_000,
    "twice": b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
    "no offsets": b'{"a":{"dtype":"U8","shape":[0]}}',
    "text offsets": b'{"a":{"dtype":"U8","shape":[0],"data_offsets":["0","0"]}}',
    "negative": b'{"a":{"dtype":"U8","shape":[-1,-1],"data_offsets":[0,1]}}',
    "truth for a number": b'{"a":{"dtype":"U8","shape":[true],"data_offsets":[0,1]}}',
    "unknown type": b'{"a":{"dtype":"F7","shape":[1],"data_offsets":[0,1]}}',
    "wrong size": b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}',
    "hole": b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
    "overlap": b'{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
    "entry is a list": b'{"a":[1]}',
    "entry is text": b'{"a":"b"}',
}


@pytest.mark.parametrize("case", HEADERS)
def test_headers_that_make_no_sense(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(HEADERS[case]).to_bytes(8, "little") + HEADERS[case] + b"\0\0")
    with pytest.raises(WeightsDamaged):
        read_header(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 700), bit=st.integers(0, 7))
def test_a_flipped_bit_never_escapes_as_anything_but_our_own_error(tmp_path: Path, place: int, bit: int) -> None:
    path = write(tmp_path / "a.safetensors", SD15)
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1 << bit
    path.write_bytes(raw)
    try:
        found = weights.inspect(path)
    except WeightsError:
        return
    assert found.family in Family


@pytest.mark.parametrize("name", ["model.ckpt", "model.pt", "model.PTH", "model.bin"])
def test_pickles_are_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(WeightsUnsafe, match="convert"):
        look_up(tmp_path, environment={})


@pytest.mark.parametrize("start", [pickle.dumps([1]), b"PK\x03\x04" + bytes(20)])
def test_pickles_are_refused_by_content(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(start)
    with pytest.raises(WeightsUnsafe):
        look_up(tmp_path, environment={})


# ---------------------------------------------------------------- where it lies


def test_order_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, project, named, given_ = (tmp_path / name for name in ("home", "project", "named", "given"))
    for folder in (home / "stylize" / "weights", project / "weights", named, given_):
        folder.mkdir(parents=True)
    monkeypatch.chdir(project)
    environment = {"XDG_DATA_HOME": str(home), "LOCALAPPDATA": str(home)}
    monkeypatch.setattr("stylize.weights.store.user_folder", lambda environment: home / "stylize" / "weights")

    with pytest.raises(WeightsMissing, match=r"weights/README\.md"):
        look_up(environment=environment)

    at_home = write(home / "stylize" / "weights" / "a.safetensors", SD15)
    assert look_up(environment=environment).path == at_home
    in_project = write(project / "weights" / "b.safetensors", SDXL)
    assert look_up(environment=environment).path == in_project
    with pytest.raises(WeightsMissing, match="STYLIZE_WEIGHTS"):
        look_up(environment=environment | {"STYLIZE_WEIGHTS": str(named)})
    in_named = write(named / "c.safetensors", SD15)
    assert look_up(environment=environment | {"STYLIZE_WEIGHTS": str(named)}).path == in_named
    in_given = write(given_ / "d.safetensors", SD15)
    assert look_up(given_, environment=environment | {"STYLIZE_WEIGHTS": str(named)}).path == in_given
    assert look_up(in_given, environment={}).path == in_given


def test_a_stray_file_does_not_hide_the_model(tmp_path: Path) -> None:
    write(tmp_path / "a-lora.safetensors", {"lora_unet_x.lora_down.weight": (4, 4)})
    model = write(tmp_path / "model.safetensors", SD15)
    assert look_up(tmp_path, environment={}).path == model
    model.unlink()
    with pytest.raises(WeightsUnknownFamily, match="LoRA"):
        look_up(tmp_path, environment={})


def test_no_path_ever_reaches_a_sentence(tmp_path: Path) -> None:
    secret = tmp_path / "ada-lovelace"
    secret.mkdir()
    for name, raw in {"x.safetensors": b"123", "x.ckpt": b"1"}.items():
        (secret / name).write_bytes(raw)
        with pytest.raises(WeightsError) as caught:
            look_up(secret / name, environment={})
        assert "ada" not in str(caught.value)
    with pytest.raises(WeightsMissing) as gone:
        look_up(tmp_path / "ada-gone", environment={})
    assert "ada" not in str(gone.value)


@pytest.mark.parametrize(
    ("platform", "environment", "tail"),
    [
        ("linux", {}, ".local/share/stylize/weights"),
        ("linux", {"XDG_DATA_HOME": "/x"}, "/x/stylize/weights"),
        ("darwin", {}, "Library/Application Support/stylize/weights"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/stylize/weights"),
    ],
)
def test_user_folder(platform: str, environment: dict[str, str], tail: str) -> None:
    assert user_folder(environment, platform).as_posix().endswith(tail)


# ---------------------------------------------------------------- its digest


def test_a_file_has_its_own_sha256_and_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    path = write(tmp_path / "a.safetensors", SD15)
    found = weights.inspect(path)
    heard: list[float] = []
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    assert weights.digest(found, hear=heard.append) == expected
    assert heard[-1] == 1.0
    assert heard == sorted(heard)
    monkeypatch.setattr("stylize.weights.store.hashlib.sha256", None)
    assert weights.digest(found) == expected


def test_a_changed_file_has_another_digest(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", SD15)
    first = weights.digest(weights.inspect(path))
    raw = bytearray(path.read_bytes())
    raw[-1] = 1
    path.write_bytes(raw)
    assert weights.digest(weights.inspect(path)) != first


def test_loras_count_and_so_does_their_order(tmp_path: Path) -> None:
    found = weights.inspect(write(tmp_path / "a.safetensors", SD15))
    one = write(tmp_path / "one.safetensors", {"a": (2,)})
    two = write(tmp_path / "two.safetensors", {"b": (2,)})
    digests = [weights.digest(found, loras=loras) for loras in ((), (one,), (one, two), (two, one))]
    assert len(set(digests)) == 4
    assert weights.digest_with(digests[0], (one, two)) == digests[2]


def test_looking_at_weights_needs_no_torch(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", SD15)
    code = (
        "import sys; from pathlib import Path; from stylize import weights; from stylize.engines.diffusion.engine "
        "import DiffusionEngine; place = Path(sys.argv[1]); weights.digest(weights.look_up(place)); "
        "assert DiffusionEngine(place).capabilities().ready; "
        "heavy = {'torch', 'diffusers', 'transformers', 'safetensors', 'PIL', 'cv2'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
