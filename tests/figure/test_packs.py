"""The baked figure: every combination loads, fits together without seams, is quick and small."""

from __future__ import annotations

import json
import shutil
import time
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from stylize import baked
from stylize.baked import View, read_layer
from stylize.engines.figure.pack import PACKS, PARTS, figure_frame, load_face_shape, load_figure
from stylize.errors import DeclarationError
from stylize.geometry import Box, Size
from stylize.models import Beard, Hair, Outfit

FULL = Size(width=768, height=960)
SMALL = Size(width=256, height=320)


@pytest.mark.parametrize("hair", list(Hair))
def test_every_head_stands_on_a_body(hair: Hair) -> None:
    passes = load_figure(Outfit.ZIP, hair, size=SMALL)
    assert passes.light.shape == passes.gloss.shape == (320, 256, 3)
    assert passes.alpha.shape == passes.shadow.shape == passes.face_mask.shape == (320, 256)
    assert set(passes.masks) <= set(PARTS)
    assert ("hair" in passes.masks) == (hair is not Hair.BALD)
    total = sum(passes.masks.values())
    assert np.abs(total - passes.alpha).max() < 0.02
    assert all(array.dtype == np.float32 for array in (passes.light, passes.gloss, passes.alpha, passes.face_uv))


@pytest.mark.parametrize("outfit", list(Outfit))
def test_every_body_has_its_own_parts(outfit: Outfit) -> None:
    parts = set(load_figure(outfit, Hair.SHORT, size=SMALL).masks)
    assert {"skin", "outer", "shoe", "sole", "edge"} <= parts
    assert ("pants" in parts) == (outfit is not Outfit.DRESS)


@pytest.mark.parametrize(("outfit", "hair"), list(product(Outfit, (Hair.BALD, Hair.LONG, Hair.BOB))))
def test_no_hole_between_head_and_body(outfit: Outfit, hair: Hair) -> None:
    passes = load_figure(outfit, hair, size=FULL)
    (chin_x, chin_y), (neck_x, neck_y) = passes.anchors["chin"], passes.anchors["neck"]
    column = passes.alpha[int(chin_y) - 20 : int(neck_y) + 30, int((chin_x + neck_x) / 2)]
    assert column.min() > 0.98


@pytest.mark.parametrize("outfit", list(Outfit))
def test_light_is_sane_on_the_figure(outfit: Outfit) -> None:
    passes = load_figure(outfit, Hair.CURLY, size=SMALL)
    inside = passes.alpha > 0.99
    assert np.isfinite(passes.light).all()
    assert (passes.light >= 0).all()
    assert (passes.gloss >= 0).all()
    brightness = passes.light.mean(-1)
    assert 0.3 < np.median(brightness[inside]) < 1.6
    assert np.percentile(brightness[inside], 99.5) < 4
    assert passes.light[passes.alpha == 0].max(initial=0) == 0


def test_shadow_falls_beside_the_figure_and_nowhere_else() -> None:
    passes = load_figure(Outfit.ZIP, Hair.BOB, size=SMALL)
    assert passes.shadow[5:40].min() > 0.9
    assert passes.shadow[:, -20:].min() > 0.9
    beside = passes.shadow[150:260, 40:200]
    assert beside.min() < 0.8
    assert passes.shadow.max() < 1.3


@pytest.mark.parametrize("beard", [Beard.MOUSTACHE, Beard.GOATEE, Beard.FULL])
def test_sculpted_beards_cover_skin(beard: Beard) -> None:
    bare = load_figure(Outfit.TEE, Hair.BUZZ, size=FULL)
    grown = load_figure(Outfit.TEE, Hair.BUZZ, beard, size=FULL)
    assert grown.masks["beard"].sum() > 200
    assert grown.masks["skin"].sum() < bare.masks["skin"].sum()
    assert np.abs(sum(grown.masks.values()) - grown.alpha).max() < 0.02


def test_stubble_is_printed_not_sculpted() -> None:
    assert "beard" not in load_figure(Outfit.TEE, Hair.BUZZ, Beard.STUBBLE, size=SMALL).masks


def test_glasses_sit_on_the_eyes_and_under_the_hair() -> None:
    worn = load_figure(Outfit.TEE, Hair.LONG, glasses=True, size=FULL)
    free = load_figure(Outfit.TEE, Hair.BALD, glasses=True, size=FULL)
    assert 0 < worn.masks["frame"].sum() < free.masks["frame"].sum()
    for eye in ("eye_left", "eye_right"):
        x, y = (int(value) for value in worn.anchors[eye])
        assert worn.masks["frame"][y - 60 : y + 60, x - 60 : x + 60].max() > 0.9
        assert worn.masks["frame"][y, x] < 0.1


def test_no_hair_hides_the_eyes() -> None:
    for hair in Hair:
        passes = load_figure(Outfit.TEE, hair, size=FULL)
        for eye in ("eye_left", "eye_right"):
            x, y = (int(value) for value in passes.anchors[eye])
            assert passes.masks["skin"][y - 8 : y + 8, x - 8 : x + 8].min() > 0.95, hair


def test_the_face_print_lands_where_the_landmarks_are() -> None:
    passes = load_figure(Outfit.SUIT, Hair.BALD, size=FULL)
    toy = load_face_shape().toy
    for eye, ring in (("eye_left", (33, 133, 159, 145)), ("eye_right", (263, 362, 386, 374))):
        x, y = (int(value) for value in passes.anchors[eye])
        u, v = passes.face_uv[y, x]
        middle = toy[list(ring), :2].mean(0)
        assert abs(u - (middle[0] / 1.5 + 0.5)) < 0.02
        assert abs(v - (0.5 - middle[1] / 1.5)) < 0.02
    inside = passes.face_mask > 0.99
    across = np.diff(passes.face_uv[..., 0], axis=1)[inside[:, 1:] & inside[:, :-1]]
    assert (across > 0).mean() > 0.98


def test_the_mirror_permutation_is_its_own_inverse() -> None:
    shape = load_face_shape()
    assert shape.toy.shape == shape.average.shape == (468, 3)
    assert (shape.mirror[shape.mirror] == np.arange(468)).all()
    assert np.abs(shape.toy[shape.mirror] * [-1, 1, 1] - shape.toy).max() < 0.02


@pytest.mark.parametrize(
    "size", [Size(width=97, height=131), Size(width=640, height=360), Size(width=1200, height=1500)]
)
def test_any_size(size: Size) -> None:
    passes = load_figure(Outfit.BLAZER, Hair.WAVY, size=size)
    assert passes.alpha.shape == (size.height, size.width)
    scale = min(size.width / 4, size.height / 5)
    assert passes.box.height == pytest.approx(scale * 5 * 0.6, rel=0.12)


def test_a_frame_zooms_on_the_figure() -> None:
    frame = figure_frame(Outfit.DRESS, Hair.AFRO)
    passes = load_figure(Outfit.DRESS, Hair.AFRO, size=FULL, frame=frame)
    assert passes.box.height > 0.8 * FULL.height
    assert passes.alpha[0].max() == passes.alpha[-1].max() == 0
    assert passes.alpha[:, 0].max() == passes.alpha[:, -1].max() == 0


def test_halves_agree_with_the_whole() -> None:
    whole = load_figure(Outfit.TEE, Hair.PIXIE, size=FULL)
    top = load_figure(
        Outfit.TEE, Hair.PIXIE, size=Size(width=768, height=480), frame=Box(left=0, top=0, right=1, bottom=0.5)
    )
    assert np.abs(top.alpha - whole.alpha[:480]).max() < 0.01
    assert np.abs(top.light - whole.light[:480])[top.alpha > 0.9].max() < 0.02


def test_a_frame_outside_of_the_figure_is_empty() -> None:
    passes = load_figure(Outfit.TEE, Hair.BUN, size=SMALL, frame=Box(left=0.7, top=0.0, right=0.9, bottom=0.2))
    assert passes.alpha.max() == 0
    assert passes.box.area == 0


def test_quick_and_small() -> None:
    """A figure is put together many times faster than a picture may take, and the packs are a small download."""
    load_figure(Outfit.SUIT, Hair.LONG, Beard.FULL, True, size=FULL)
    begin = time.process_time()
    load_figure(Outfit.SUIT, Hair.LONG, Beard.FULL, True, size=FULL)
    assert time.process_time() - begin < 1.5
    assert sum(file.stat().st_size for file in PACKS.rglob("*") if file.is_file()) < 3_000_000


def test_unknown_and_missing_keys_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "body" / "odd"
    shutil.copytree(PACKS / "body" / "suit", folder)
    table = json.loads((folder / "layer.json").read_text())
    for damaged in (table | {"colour": 1}, {key: table[key] for key in table if key != "box"}, table | {"box": [1, 2]}):
        (folder / "layer.json").write_text(json.dumps(damaged))
        read_layer.cache_clear()
        with pytest.raises(DeclarationError):
            read_layer(folder)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "body" / "torn"
    shutil.copytree(PACKS / "body" / "suit", folder)
    (folder / "light.webp").write_bytes(b"RIFF")
    layer = read_layer(folder)
    view = View(size=SMALL, frame=baked.WHOLE_CANVAS)
    with pytest.raises(DeclarationError, match="light"):
        baked.light_of(layer, "light", 1.0, view, baked.window_of(layer, view))
