"""The tiny decoder: sketches by it where it lies beside the model, the picture only where the plan says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion import decode
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import DecoderMissing, WeightsDamaged
from stylize.models import Pixels, Plan, Subject
from stylize.progress import CancelToken, Progress
from tests.diffusion import tiny
from tests.diffusion.painting import paint, pipeline_of

NET = "diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def folder(tiny_folder: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a tiny decoder beside it."""
    import diffusers
    import torch

    root = tmp_path_factory.mktemp("with-preview")
    shutil.copytree(tiny_folder("sd15"), root / "model")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        net = diffusers.AutoencoderTiny(
            encoder_block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(8, 8, 8, 8),
            num_decoder_blocks=(1,) * 4,
        )
    net.save_pretrained(root / "preview" / "taesd")
    return root / "model"


@pytest.fixture
def engine(folder: Path) -> Iterator[DiffusionEngine]:
    fresh = DiffusionEngine(folder, device="cpu")
    yield fresh
    fresh.close()


def by_tiny(plan: Plan) -> Plan:
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, decoder="tiny"))


def test_sketches_are_larger_and_the_picture_is_the_full_decoders(
    engine: DiffusionEngine, engine_of: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    plan = tiny.make_plan()
    sketches: list[Pixels] = []

    def tell(progress: Progress) -> None:
        if progress.preview is not None:
            sketches.append(progress.preview)

    picture = engine.generate(drawn_subject, plan, tell=tell, cancel=CancelToken()).pixels
    assert engine.capabilities().tiny_decoder
    assert sketches
    assert all(sketch.shape == (48, 32, 3) and sketch.dtype == np.uint8 for sketch in sketches)
    assert np.array_equal(picture, paint(engine_of("sd15"), drawn_subject, plan)), "never silently"


def test_the_picture_by_the_tiny_decoder_is_that_of_diffusers(
    engine: DiffusionEngine, folder: Path, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    import diffusers

    plan, final, really = by_tiny(tiny.make_plan()), [], decode.decode_tiny

    def seen(net: Any, latents: Any) -> Any:
        final.append(latents)
        return really(net, latents)

    monkeypatch.setattr(decode, "decode_tiny", seen)
    mine = paint(engine, drawn_subject, plan)
    net = diffusers.AutoencoderTiny.from_pretrained(str(folder.parent / "preview" / "taesd"), local_files_only=True)
    shown = net.decode(final[0]).sample.detach()
    expected = pipeline_of(engine).image_processor.postprocess(shown, output_type="np")[0]
    assert np.array_equal(mine, (expected * 255).round().astype(np.uint8))
    assert not np.array_equal(mine, paint(engine, drawn_subject, tiny.make_plan()))


def test_its_digest_is_part_of_the_plan(engine: DiffusionEngine) -> None:
    plan = by_tiny(tiny.make_plan())
    assert plan.denoise is not None
    assert plan.denoise.guides == ("tiny_decoder",)
    assert engine.weights_digest((), plan.denoise.guides) != engine.weights_digest()


def test_without_one_it_is_refused_and_a_damaged_one_is_told(
    folder: Path, engine_of: Callable[[str], DiffusionEngine], drawn_subject: Subject, tmp_path: Path
) -> None:
    with pytest.raises(DecoderMissing):
        paint(engine_of("sd15"), drawn_subject, by_tiny(tiny.make_plan()))
    shutil.copytree(folder.parent, tmp_path / "all")
    net = tmp_path / "all" / "preview" / "taesd" / NET
    net.write_bytes(net.read_bytes()[:-10])
    damaged = DiffusionEngine(tmp_path / "all" / "model", device="cpu")
    assert paint(damaged, drawn_subject, tiny.make_plan()).any(), "a sketch is not worth a failure"
    with pytest.raises(WeightsDamaged):
        paint(damaged, drawn_subject, by_tiny(tiny.make_plan()))
    damaged.close()
