"""What comes beside a model is counted before it comes; and modes that were gone down are climbed again, without haste."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion import memory, outlook, room, studio
from stylize.engines.diffusion.beside import always_beside, bytes_of, still_to_come
from stylize.engines.diffusion.climb import PICTURES
from stylize.engines.diffusion.device import Placement
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.loaded import Loaded
from stylize.engines.diffusion.memory import MemoryMode
from stylize.engines.diffusion.planner import held, needed
from stylize.engines.diffusion.room import Room
from stylize.geometry import Size
from stylize.models import Lora, Subject
from stylize.weights.store import look_up
from tests.diffusion import tiny
from tests.diffusion.painting import paint, pipeline_of
from tests.diffusion.tiny_guides import DEPTH, guided_plan

FolderOf = Callable[[str], Path]
HERE = Placement(device="cpu", dtype="float32")
SMALL, LARGE = Size(width=64, height=64), Size(width=256, height=256)


def loaded_of(engine: DiffusionEngine) -> Loaded:
    engine.load()
    assert engine._loaded is not None
    return engine._loaded


def let(monkeypatch: pytest.MonkeyPatch, ram: int | None) -> None:
    """So much is free from now on."""
    monkeypatch.setattr(studio, "look_around", lambda device: Room(device=None, ram=ram))


def enough_for(loaded: Loaded, mode: MemoryMode, size: Size, beside: int = 0) -> int:
    """Free bytes with which a picture of that size just fits."""
    parameters, pixels = dict(loaded.weights.parameters), size.width * size.height
    need = needed(mode, loaded.placement, loaded.facts, parameters, pixels=pixels, loading=False, beside=beside)
    return need.ram - held(loaded.mode, loaded.placement, parameters)


# ---------------------------------------------------------------- what comes beside it


def test_what_a_plan_brings_is_counted_by_its_files_until_it_is_there(guided: FolderOf, drawn_subject: Subject) -> None:
    """The numbers in memory afterwards are those that were told before."""
    engine = DiffusionEngine(guided("sd15"), device="cpu")
    loaded, unet = loaded_of(engine), pipeline_of(engine).unet
    before = count(unet)
    plan = guided_plan(adapter=0.6, control=DEPTH, loras=(Lora(name="bright"),))
    assert plan.denoise is not None
    told = still_to_come(loaded, plan.denoise)
    paint(engine, drawn_subject, plan)
    assert loaded.control is not None
    came = count(unet) - before + count(loaded.control.net)
    assert told == pytest.approx(4 * came, rel=0.02)
    assert still_to_come(loaded, plan.denoise) == 0
    other = guided_plan(adapter=0.6, control=DEPTH, loras=(Lora(name="dark"),))
    assert other.denoise is not None
    lora = guided("sd15").parent / "loras" / "dark.safetensors"
    assert still_to_come(loaded, other.denoise) == bytes_of((lora,), HERE) > 0


def count(net: Any) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


def test_files_in_half_precision_are_as_wide_as_the_model_once_they_are_there(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(100, dtype=torch.float16)}, str(tmp_path / "a.safetensors"))
    assert bytes_of([tmp_path / "a.safetensors"], HERE) == 400
    assert bytes_of([tmp_path / "a.safetensors"], Placement(device="cuda", dtype="float16")) == 200


def test_there_is_room_for_a_guide_before_it_comes(
    guided: FolderOf, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is free the picture alone would stay in the fastest mode, with a ControlNet it does not."""
    plan = guided_plan(control=DEPTH, size=LARGE)
    assert plan.denoise is not None
    engine = DiffusionEngine(guided("sd15"), device="cpu")
    loaded = loaded_of(engine)
    coming = still_to_come(loaded, plan.denoise)
    assert coming > 1 << 10
    let(monkeypatch, enough_for(loaded, MemoryMode.FULL, LARGE, coming) - 1)
    paint(engine, drawn_subject, guided_plan(size=LARGE))
    assert loaded.mode is MemoryMode.FULL
    modes: list[MemoryMode] = []
    really = studio.paint
    monkeypatch.setattr(
        studio, "paint", lambda one, *things, **more: modes.append(one.mode) or really(one, *things, **more)
    )  # type: ignore[func-returns-value]
    paint(engine, drawn_subject, plan)
    assert modes == [MemoryMode.TILED]


def test_the_tiny_decoder_counts_when_the_model_is_loaded(
    tiny_folder: FolderOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is free is just enough for the model: with a tiny decoder beside it the next mode is taken."""
    from tests.diffusion.test_diffusion_tiny_decoder import NET

    shutil.copytree(tiny_folder("sd15"), tmp_path / "model")
    weights = look_up(tmp_path / "model")
    assert always_beside(weights, HERE) == 0
    _, chosen = outlook.decide(weights, device="cpu")
    just = chosen.needs[MemoryMode.FULL].ram
    monkeypatch.setattr(room, "look_around", lambda device: Room(device=None, ram=just))
    assert outlook.decide(weights, device="cpu")[1].mode is MemoryMode.FULL
    place = tmp_path / "preview" / "taesd"
    place.mkdir(parents=True)
    shutil.copy(tmp_path / "model" / "vae" / NET, place / NET)
    (place / "config.json").write_text("{}")
    beside = always_beside(weights, HERE)
    assert beside == pytest.approx((place / NET).stat().st_size, rel=0.1)
    assert outlook.decide(weights, device="cpu")[1].mode is MemoryMode.TILED
    (place / NET).write_bytes(b"broken")
    assert always_beside(weights, HERE) == 0, "a sketch is not worth a failure"


# ---------------------------------------------------------------- up again


def modes_of(engine: DiffusionEngine, subject: Subject, sizes: list[Size]) -> list[str]:
    """The mode in which a picture of each size was painted."""
    modes = []
    for number, size in enumerate(sizes):
        paint(engine, subject, tiny.make_plan(size=size, seed=number, num_inference_steps=2))
        modes.append(loaded_of(engine).mode.value)
    return modes


def test_the_second_smaller_picture_in_a_row_has_the_faster_mode_again(
    tiny_folder: FolderOf, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large one between small ones, again and again: the mode does not go to and fro."""
    assert PICTURES == 2
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    loaded = loaded_of(engine)
    alone = paint(engine, drawn_subject, tiny.make_plan(size=SMALL, seed=99))
    let(monkeypatch, (enough_for(loaded, MemoryMode.FULL, LARGE) + enough_for(loaded, MemoryMode.TILED, LARGE)) // 2)
    sizes = [SMALL, LARGE, SMALL, LARGE, SMALL, LARGE, SMALL, SMALL, SMALL, LARGE]
    expected = ["full", *["tiled"] * 6, "full", "full", "tiled"]
    assert modes_of(engine, drawn_subject, sizes) == expected
    assert pipeline_of(engine).vae.use_tiling
    modes_of(engine, drawn_subject, [SMALL, SMALL])
    assert not pipeline_of(engine).vae.use_tiling
    assert np.array_equal(paint(engine, drawn_subject, tiny.make_plan(size=SMALL, seed=99)), alone)


def test_what_just_fits_is_not_climbed_for(
    tiny_folder: FolderOf, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    loaded = loaded_of(engine)
    let(monkeypatch, enough_for(loaded, MemoryMode.TILED, LARGE))
    modes_of(engine, drawn_subject, [LARGE])
    assert loaded.mode is MemoryMode.TILED
    just = enough_for(loaded, MemoryMode.FULL, SMALL)
    let(monkeypatch, just + 1024)
    assert modes_of(engine, drawn_subject, [SMALL] * 4) == ["tiled"] * 4
    let(monkeypatch, 2 * just + (1 << 30))
    assert modes_of(engine, drawn_subject, [SMALL] * 2) == ["tiled", "full"]


def test_a_mode_that_ran_out_is_not_tried_again_for_a_picture_as_large(
    tiny_folder: FolderOf, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, really, burst = DiffusionEngine(tiny_folder("sd15"), device="cpu"), studio.paint, []
    loaded = loaded_of(engine)

    def paint_or_burst(one: Loaded, images: Any, *things: Any, **more: Any) -> Any:
        if one.mode is MemoryMode.FULL and images[0].width > 100:
            burst.append(images[0].size)
            raise MemoryError
        return really(one, images, *things, **more)

    monkeypatch.setattr(studio, "paint", paint_or_burst)
    near = Size(width=256, height=240)
    assert modes_of(engine, drawn_subject, [LARGE, near, LARGE, near, near]) == ["tiled"] * 5
    assert len(burst) == 1, "nobody runs out twice over the same"
    assert modes_of(engine, drawn_subject, [SMALL, SMALL]) == ["tiled", "full"]
    assert loaded.ran_out == {MemoryMode.FULL: 256 * 256}


def test_bits_that_are_gone_do_not_come_back_and_nobody_climbs_above_the_choice(
    tiny_folder: FolderOf, drawn_subject: Subject
) -> None:
    for mode, until in (("eight", "eight"), ("tiled", "tiled")):
        engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", memory=mode)
        assert modes_of(engine, drawn_subject, [SMALL] * 3) == [until] * 3


def test_nets_that_took_turns_lie_on_the_device_again(
    tiny_folder: FolderOf, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CPU plays the card: no hook is left, and the bits are those from before."""
    monkeypatch.setattr(memory, "modes_for", lambda device: tuple(MemoryMode))
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    loaded, plan = loaded_of(engine), tiny.make_plan(size=SMALL)
    before = paint(engine, drawn_subject, plan)
    for mode in (MemoryMode.OFFLOAD, MemoryMode.GROUP):
        studio.go_to(loaded, loaded.pipeline, mode)
        assert modes_of(engine, drawn_subject, [SMALL, SMALL]) == [mode.value, "full"]
        assert not any(
            hasattr(net, "_hf_hook") or memory.is_grouped(net) for net in memory.nets_of(loaded.pipeline).values()
        )
        assert np.array_equal(paint(engine, drawn_subject, plan), before)
