"""Parts that take turns on the device. Without a card the CPU plays the card: every hook runs, only nothing is saved.

Layer by layer (sequential) cannot be painted with here (accelerate cannot offload from the CPU to itself), so only its
arranging and taking down is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.diffusion import memory
from stylize.engines.diffusion.device import Placement
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.memory import MemoryMode
from stylize.errors import Cancelled
from stylize.geometry import Size
from stylize.models import Lora, Subject
from stylize.progress import CancelToken, Progress
from tests.diffusion import tiny
from tests.diffusion.painting import paint, pipeline_of

FolderOf = Callable[[str], Path]
PLACEMENT = Placement(device="cpu", dtype="float32")
ONE_TILE = Size(width=64, height=64)


@pytest.fixture(autouse=True)
def cpu_plays_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "modes_for", lambda device: tuple(MemoryMode))


@pytest.mark.parametrize(
    ("family", "dtype", "mode"),
    [
        ("sd15", "float32", "offload"),
        ("sdxl", "float16", "offload"),
        ("sd15", "float32", "group"),
        ("sdxl", "float16", "group"),
    ],
)
def test_the_picture_is_the_same_when_parts_take_turns(
    family: str, dtype: str, mode: str, tiny_folder: FolderOf, drawn_subject: Subject
) -> None:
    """To a rounding: the moved weights lie differently in memory. `group` here without the stream of a card."""
    plans = [tiny.make_plan(size=ONE_TILE), tiny.make_plan(size=ONE_TILE, loras=(Lora(name="bright"),))]
    whole = DiffusionEngine(tiny_folder(family), device="cpu", dtype=dtype)
    turns = DiffusionEngine(tiny_folder(family), device="cpu", dtype=dtype, memory=mode)
    for plan in (plans[0], plans[1], plans[0]):
        expected, got = paint(whole, drawn_subject, plan), paint(turns, drawn_subject, plan)
        assert np.abs(expected.astype(int) - got).max() <= 2
    nets = pipeline_of(turns).components
    if mode == "offload":
        assert all(hasattr(nets[part], "_hf_hook") for part in ("unet", "vae", "text_encoder"))
    else:
        assert all(memory.is_grouped(nets[part]) == (part != "vae") for part in ("unet", "vae", "text_encoder"))
        memory.disband(pipeline_of(turns))
        assert not any(memory.is_grouped(nets[part]) for part in ("unet", "text_encoder"))


def test_a_stop_leaves_the_parts_ready_for_the_next_picture(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", memory="offload")
    plan = tiny.make_plan(size=ONE_TILE)
    before = paint(engine, drawn_subject, plan)
    pipeline = pipeline_of(engine)
    hooks = list(pipeline._all_hooks)

    def stop(progress: Progress) -> None:
        if progress.fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.generate(drawn_subject, plan, tell=stop, cancel=CancelToken())
    assert not any(old is new for old in hooks for new in pipeline._all_hooks), "a part was left on the card"
    assert np.abs(paint(engine, drawn_subject, plan).astype(int) - before).max() <= 2


def test_layer_by_layer_gives_the_weights_back(tiny_folder: FolderOf) -> None:
    import torch

    engine = DiffusionEngine(tiny_folder("sdxl"), device="cpu")
    pipeline = pipeline_of(engine)
    before = {name: tensor.clone() for name, tensor in pipeline.unet.state_dict().items()}
    memory.arrange(pipeline, MemoryMode.SEQUENTIAL, PLACEMENT)
    assert all(parameter.is_meta for parameter in pipeline.unet.parameters())
    assert not any(parameter.is_meta for parameter in pipeline.vae.parameters())
    with memory.at_rest(pipeline, MemoryMode.SEQUENTIAL, PLACEMENT):
        after = pipeline.unet.state_dict()
        assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert all(parameter.is_meta for parameter in pipeline.unet.parameters())


def test_weights_in_16_bits_lose_nothing_at_rest(tmp_path: Path, drawn_subject: Subject) -> None:
    """Files in half precision, as most are published, worked with in float32 on a CPU."""
    import torch

    folder = tiny.write_folder(tmp_path / "model", "sd15", variant="fp16")
    plan = tiny.make_plan(size=ONE_TILE)
    full = DiffusionEngine(folder, device="cpu")
    half = DiffusionEngine(folder, device="cpu", memory="half")
    assert np.array_equal(paint(full, drawn_subject, plan), paint(half, drawn_subject, plan))
    unet = pipeline_of(half).unet
    kept = sum(p.numel() * p.element_size() for p in unet.parameters())
    whole = sum(p.numel() * p.element_size() for p in pipeline_of(full).unet.parameters())
    assert kept < 0.55 * whole
    assert unet.conv_in.weight.dtype == torch.float16


def test_eight_bits_round_the_weights_and_nothing_else(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    """Not the LoRA on top of them: the picture is that of the whole model with its weights rounded, to the bit."""
    import torch

    eight = DiffusionEngine(tiny_folder("sd15"), device="cpu", memory="eight")
    rounded = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    for part in ("unet", "text_encoder"):
        layers = dict(getattr(pipeline_of(rounded), part).named_modules())
        for name, layer in getattr(pipeline_of(eight), part).named_modules():
            for weight in layers[name].parameters() if memory.storing(layer) is not None else ():
                weight.data = weight.data.to(torch.float8_e4m3fn).to(torch.float32)
    bare, worn = tiny.make_plan(size=ONE_TILE), tiny.make_plan(size=ONE_TILE, loras=(Lora(name="bright"),))
    pictures = [paint(eight, drawn_subject, plan) for plan in (bare, worn, bare)]
    for plan, pixels in zip((bare, worn, bare), pictures, strict=True):
        assert np.array_equal(paint(rounded, drawn_subject, plan), pixels)
    assert not np.array_equal(pictures[0], pictures[1])


@pytest.mark.parametrize("above", [MemoryMode.OFFLOAD, MemoryMode.GROUP, MemoryMode.SEQUENTIAL])
def test_from_parts_that_take_turns_down_to_eight_bits(
    above: MemoryMode, tiny_folder: FolderOf, drawn_subject: Subject
) -> None:
    """As a card goes down that runs out of memory. What moved the parts about takes nothing with it when it goes."""
    eight = DiffusionEngine(tiny_folder("sd15"), device="cpu", memory="eight")
    plan = tiny.make_plan(size=ONE_TILE)
    expected = paint(eight, drawn_subject, plan)
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    pipeline = pipeline_of(engine)
    assert engine._loaded is not None
    memory.arrange(pipeline, above, PLACEMENT)
    for mode in (MemoryMode.EIGHT, MemoryMode.EIGHT_OFFLOAD):
        memory.arrange(pipeline, mode, PLACEMENT)
        engine._loaded.mode = mode
        assert np.abs(paint(engine, drawn_subject, plan).astype(int) - expected).max() <= 2
