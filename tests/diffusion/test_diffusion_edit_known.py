"""Models that edit by instruction: what they say of themselves, what they lack, and folders that do not add up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.registry import check_settings
from stylize.errors import (
    KnobMissing,
    WeightsDamaged,
    WeightsUnknownFamily,
    WeightsUnsafe,
)
from stylize.models import DenoiseOverride, Request
from stylize.styles import load_styles
from stylize.styles.plan import plan as make_a_plan
from stylize.weights.store import inspect
from tests.diffusion import tiny, tiny_edit

FolderOf = Callable[[str], Path]


@pytest.mark.parametrize("family", tiny_edit.FAMILIES)
def test_it_says_what_it_is(family: str, edit_folder: FolderOf) -> None:
    told = DiffusionEngine(edit_folder(family), device="cpu").capabilities()
    assert told.ready, told.why
    assert told.family == family
    assert told.size_multiple == 16
    assert told.schedulers == ()
    assert {"strength", "scheduler", "init_image", "likeness", "face_pass"}.isdisjoint(told.knobs)
    assert {"prompt", "num_inference_steps", "loras"} <= set(told.knobs) <= {f.name for f in fields(DenoiseOverride)}
    assert ("negative_prompt" in told.knobs) == (family == "qwen-image-edit")
    assert not told.mends_faces


@pytest.mark.parametrize(("knob", "value"), [("strength", 0.5), ("scheduler", "ddim"), ("likeness", 0.7), ("negative_prompt", "x")])  # fmt: skip
def test_what_it_lacks_is_refused_with_what_it_has(knob: str, value: Any, edit_folder: FolderOf) -> None:
    able = DiffusionEngine(edit_folder("flux2-klein"), device="cpu").capabilities()
    style = load_styles(check=check_settings)["clay"]
    whole = make_a_plan(Request(style="clay"), style, (able,), tiny.LOOK, 1, "")
    assert whole.denoise is not None
    assert whole.denoise.denoising_steps == 4
    assert whole.denoise.needs_figure
    asked = Request(style="clay", denoise=DenoiseOverride(**{knob: value}))
    with pytest.raises(KnobMissing, match=rf"no {knob}.*num_inference_steps"):
        make_a_plan(asked, style, (able,), tiny.LOOK, 1, "")


@pytest.mark.parametrize("family", tiny_edit.FAMILIES)
def test_folders_that_do_not_add_up(family: str, edit_folder: FolderOf, tmp_path: Path) -> None:
    def broken(name: str) -> Path:
        return Path(shutil.copytree(edit_folder(family), tmp_path / name))

    assert inspect(edit_folder(family)).family == family
    shard = broken("shard")
    next((shard / "transformer").glob("*-00002-of-*.safetensors")).unlink()
    with pytest.raises(WeightsDamaged):
        inspect(shard)
    pickled = broken("pickle")
    for path in (pickled / "text_encoder").glob("*.safetensors*"):
        path.rename(path.with_name("pytorch_model.bin"))
    with pytest.raises(WeightsUnsafe):
        inspect(pickled)
    code = broken("code")
    index = json.loads((code / "model_index.json").read_text())
    (code / "model_index.json").write_text(json.dumps(index | {"transformer": ["my_code", "Mine"]}))
    with pytest.raises(WeightsUnknownFamily, match="transformer"):
        inspect(code)
    swapped = broken("swapped")
    other = edit_folder(next(name for name in tiny_edit.FAMILIES if name != family))
    shutil.rmtree(swapped / "transformer")
    shutil.copytree(other / "transformer", swapped / "transformer")
    with pytest.raises(WeightsUnknownFamily, match="transformer"):
        inspect(swapped)


def test_the_undistilled_klein_is_refused(edit_folder: FolderOf, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(edit_folder("flux2-klein"), tmp_path / "base"))
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {"is_distilled": False}))
    with pytest.raises(WeightsUnknownFamily, match="base"):
        inspect(folder)
