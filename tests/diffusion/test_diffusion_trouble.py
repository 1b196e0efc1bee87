"""Numbers that break, memory that runs out, LoRAs that do not fit."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.memory import MemoryMode
from stylize.errors import (
    BlackPicture,
    LoraMissing,
    LoraUnfit,
    OutOfMemory,
    WeightsDamaged,
)
from stylize.geometry import Size
from stylize.models import Lora, Subject
from stylize.progress import CancelToken
from tests.diffusion import tiny
from tests.diffusion.painting import paint, pipeline_of

EngineOf = Callable[[str], DiffusionEngine]
FolderOf = Callable[[str], Path]


# ---------------------------------------------------------------- broken numbers


def test_a_decode_that_overflows_in_half_precision_is_done_again(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    """The decoder's first layer is scaled until its sums pass float16's 65,504; the norm behind it makes float32 whole again."""
    import torch

    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", dtype="float16")
    pipeline = pipeline_of(engine)
    weight = pipeline.vae.decoder.conv_in.weight
    weight.data = (weight.data.float() * (6e4 / float(weight.data.abs().max()))).to(torch.float16)
    assert torch.isfinite(weight).all()
    precisions: list[Any] = []
    hook = pipeline.vae.decoder.register_forward_pre_hook(lambda _, given: precisions.append(given[0].dtype))
    pixels = paint(engine, drawn_subject, tiny.make_plan())
    hook.remove()
    assert precisions == [torch.float16, torch.float32]
    assert pipeline.vae.dtype == torch.float16
    assert pixels.std() > 5


@pytest.mark.parametrize(("part", "doing"), [("unet.conv_out", "denoising"), ("vae.decoder.conv_out", "decoding")])
def test_a_model_that_gives_no_numbers_is_no_black_picture(
    tiny_folder: FolderOf, drawn_subject: Subject, part: str, doing: str
) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    name, _, path = part.partition(".")
    getattr(pipeline_of(engine), name).get_submodule(path).weight.data.fill_(float("nan"))
    with pytest.raises(BlackPicture, match=doing):
        paint(engine, drawn_subject, tiny.make_plan())


def test_a_black_decode_is_no_picture(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    last = pipeline_of(engine).vae.decoder.conv_out
    last.weight.data.zero_()
    last.bias.data.fill_(-1.0)
    with pytest.raises(BlackPicture):
        paint(engine, drawn_subject, tiny.make_plan())


# ---------------------------------------------------------------- memory


def exhaust(times: int) -> Callable[..., None]:
    """A hook that really asks torch for more than there is, `times` times."""
    left = [times]

    def ask(*_: object) -> None:
        import torch

        if left[0]:
            left[0] -= 1
            torch.empty(1 << 50)

    return ask


def test_out_of_memory_goes_one_mode_down_and_on(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    plan = tiny.make_plan(size=Size(width=64, height=64))  # one tile: nothing to blend
    expected = paint(engine, drawn_subject, plan)
    pipeline = pipeline_of(engine)
    pipeline.unet.register_forward_pre_hook(exhaust(1))
    heard: list[float] = []
    picture = engine.generate(
        drawn_subject, plan, tell=lambda progress: heard.append(progress.fraction), cancel=CancelToken()
    )
    assert heard == sorted(heard)
    assert np.array_equal(picture.pixels, expected)
    assert pipeline.vae.use_tiling
    assert engine._loaded is not None
    assert engine._loaded.mode is MemoryMode.TILED


def test_out_of_memory_goes_down_as_far_as_it_must(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    """Twice: to 16 bits at rest, which loses nothing of a file in 16 bits. Three times: to eight, which is near."""
    folder, plan = tiny_folder("sd15"), tiny.make_plan(size=Size(width=64, height=64))
    for times, mode, furthest in ((2, "half", 3), (3, "eight", 40)):
        engine = DiffusionEngine(folder, device="cpu")
        expected = paint(engine, drawn_subject, plan)
        pipeline_of(engine).unet.register_forward_pre_hook(exhaust(times))
        pixels = paint(engine, drawn_subject, plan)
        assert engine._loaded is not None
        assert engine._loaded.mode == mode
        assert 0 < np.abs(pixels.astype(int) - expected).max() <= furthest
        assert np.array_equal(paint(engine, drawn_subject, plan), pixels)
        engine.forget()
        assert np.array_equal(paint(engine, drawn_subject, plan), pixels), "words are heard by the same encoders"


def test_out_of_memory_to_the_last_is_said_and_let_go(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    expected = paint(engine, drawn_subject, tiny.make_plan())
    pipeline_of(engine).unet.register_forward_pre_hook(exhaust(4))
    with pytest.raises(OutOfMemory, match="cpu ran out"):
        paint(engine, drawn_subject, tiny.make_plan())
    assert engine._loaded is None, "a model in the narrowest mode would stay so"
    assert np.array_equal(paint(engine, drawn_subject, tiny.make_plan()), expected)


def test_out_of_memory_while_loading_goes_down_too(
    tiny_folder: FolderOf, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other programs may have taken what was free when the mode was chosen. The bar does not go back."""
    import diffusers

    plan = tiny.make_plan(size=Size(width=64, height=64))
    expected = paint(DiffusionEngine(tiny_folder("sd15"), device="cpu"), drawn_subject, plan)
    ask, really = exhaust(1), diffusers.AutoencoderKL.to

    def to(net: Any, *things: Any, **more: Any) -> Any:
        ask()
        return really(net, *things, **more)

    monkeypatch.setattr(diffusers.AutoencoderKL, "to", to)
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    heard: list[float] = []
    engine.load(tell=lambda progress: heard.append(progress.fraction))
    assert heard == sorted(heard)
    assert engine._loaded is not None
    assert engine._loaded.mode is MemoryMode.TILED
    told = engine.capabilities().memory
    assert told is not None
    assert told.mode == "tiled"
    assert np.array_equal(paint(engine, drawn_subject, plan), expected)


def test_whose_memory_ran_out_while_loading(tiny_folder: FolderOf, monkeypatch: pytest.MonkeyPatch) -> None:
    import diffusers
    import torch

    from stylize.engines.diffusion.device import Placement
    from stylize.engines.diffusion.load import whose

    card = Placement(device="cuda", dtype="float16")
    assert whose(torch.cuda.OutOfMemoryError("CUDA out of memory."), card) == "cuda"
    assert whose(MemoryError(), card) == "cpu"

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(diffusers.UNet2DConditionModel, "to", full)
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    with pytest.raises(OutOfMemory, match="cpu ran out"):
        engine.load()
    assert engine._loaded is None


def test_close_lets_go_of_everything(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tiny_folder("sdxl"), device="cpu")
    first = paint(engine, drawn_subject, tiny.make_plan(loras=(Lora(name="bright"),)))
    parts = [weakref.ref(part) for name, part in pipeline_of(engine).components.items() if name in ("unet", "vae")]
    engine.close()
    engine.close()
    gc.collect()
    assert [part() for part in parts] == [None, None]
    assert np.array_equal(paint(engine, drawn_subject, tiny.make_plan(loras=(Lora(name="bright"),))), first)


# ---------------------------------------------------------------- LoRAs


@pytest.mark.parametrize("name", ["gone", "../loras/bright", "bright.safetensors", "/etc/passwd", "", "."])
def test_a_lora_is_a_name_in_the_folder(engine_of: EngineOf, drawn_subject: Subject, name: str) -> None:
    plan = tiny.make_plan(loras=(Lora(name="bright"), Lora(name=name)))
    with pytest.raises(LoraMissing, match="number 2") as caught:
        paint(engine_of("sd15"), drawn_subject, plan)
    assert not name.strip("/.") or name not in str(caught.value)


def test_a_lora_for_another_family(
    tiny_folder: FolderOf, engine_of: EngineOf, drawn_subject: Subject, plain_of: Callable[[str], Any]
) -> None:
    import torch
    from safetensors.torch import save_file

    folder = tiny_folder("sd15").parent / "loras"
    tiny.write_lora(folder / "foreign.safetensors", plain_of("sdxl"))
    save_file({"unet.nothing.lora_A.weight": torch.zeros(2, 2)}, str(folder / "idle.safetensors"))
    before = paint(engine_of("sd15"), drawn_subject, tiny.make_plan())
    for name in ("foreign", "idle"):
        with pytest.raises(LoraUnfit, match=r"number 1 .* Stable Diffusion 1\.5"):
            paint(engine_of("sd15"), drawn_subject, tiny.make_plan(loras=(Lora(name=name),)))
    assert np.array_equal(paint(engine_of("sd15"), drawn_subject, tiny.make_plan()), before)
    (folder / "torn.safetensors").write_bytes(b"123")
    with pytest.raises(WeightsDamaged):
        paint(engine_of("sd15"), drawn_subject, tiny.make_plan(loras=(Lora(name="torn"),)))
