"""The engine as its users meet it: progress, cancel, seeds, memory, and every way a run can end."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.base import Engine
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.memory import MemoryMode
from stylize.errors import (
    BlackPicture,
    Cancelled,
    EngineFailed,
    InitPictureMissing,
    LoraMissing,
    LoraUnfit,
    OutOfMemory,
    StylizeError,
    UnknownChoice,
    WeightsChanged,
    WeightsDamaged,
    WeightsMissing,
)
from stylize.geometry import Size
from stylize.models import Lora, Picture, Pixels, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, nobody
from tests.diffusion import tiny

EngineOf = Callable[[str], DiffusionEngine]
FolderOf = Callable[[str], Path]


def paint(engine: Engine, subject: Subject, plan: Plan, **more: Any) -> Pixels:
    return engine.generate(subject, plan, tell=nobody, cancel=CancelToken(), **more).pixels


def pipeline_of(engine: DiffusionEngine) -> Any:
    engine.load()
    assert engine._loaded is not None
    return engine._loaded.pipeline


# ---------------------------------------------------------------- size, progress, preview


@pytest.mark.parametrize("size", [Size(width=64, height=64), Size(width=72, height=104), Size(width=61, height=75)])
def test_the_picture_has_the_size_of_the_plan(engine_of: EngineOf, drawn_subject: Subject, size: Size) -> None:
    assert paint(engine_of("sd15"), drawn_subject, tiny.make_plan(size=size)).shape == (size.height, size.width, 3)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_progress_runs_from_0_to_1_with_sketches(family: str, engine_of: EngineOf, drawn_subject: Subject) -> None:
    heard: list[Progress] = []
    plan = tiny.make_plan(num_inference_steps=10, strength=0.5)
    picture = engine_of(family).generate(drawn_subject, plan, tell=heard.append, cancel=CancelToken())
    fractions = [progress.fraction for progress in heard]
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)
    assert len(fractions) == 2 + 5
    assert {progress.stage for progress in heard} == {Stage.GENERATE}
    sketches = [progress.preview for progress in heard if progress.preview is not None]
    assert sketches
    assert all(sketch.shape == (12, 8, 3) and sketch.dtype == np.uint8 for sketch in sketches)
    assert picture.plan_digest == plan.digest()
    assert [stage for stage, _ in picture.timings] == ["prepare", "denoise", "decode"]


def test_one_step_runs_however_small_the_strength(engine_of: EngineOf, drawn_subject: Subject) -> None:
    for steps in (5, 49):
        heard: list[Progress] = []
        plan = tiny.make_plan(strength=0.001, num_inference_steps=steps)
        engine_of("sd15").generate(drawn_subject, plan, tell=heard.append, cancel=CancelToken())
        assert len(heard) == 3


# ---------------------------------------------------------------- cancel


def test_cancel_stops_within_one_step(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine, cancel = engine_of("sd15"), CancelToken()
    unet_runs: list[int] = []

    def count(*_: object) -> None:
        unet_runs.append(1)
        if len(unet_runs) == 2:
            cancel.cancel()

    hook = pipeline_of(engine).unet.register_forward_pre_hook(count)
    try:
        with pytest.raises(Cancelled):
            engine.generate(
                drawn_subject, tiny.make_plan(num_inference_steps=30, strength=1.0), tell=nobody, cancel=cancel
            )
    finally:
        hook.remove()
    assert len(unet_runs) == 2


def test_cancel_before_the_start(engine_of: EngineOf, drawn_subject: Subject) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        engine_of("sd15").generate(drawn_subject, tiny.make_plan(), tell=nobody, cancel=cancel)


def test_a_listener_may_cancel_and_the_next_picture_is_as_ever(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine, plan = engine_of("sd15"), tiny.make_plan(scheduler="dpmpp-2m-karras")
    before = paint(engine, drawn_subject, plan)

    def stop(progress: Progress) -> None:
        if progress.fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.generate(drawn_subject, plan, tell=stop, cancel=CancelToken())
    assert np.array_equal(paint(engine, drawn_subject, plan), before)


# ---------------------------------------------------------------- seeds, init picture


def test_a_seed_is_a_picture(engine_of: EngineOf, tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    plan = tiny.make_plan(scheduler="euler-a", seed=11)
    first = paint(engine_of("sd15"), drawn_subject, plan)
    paint(engine_of("sd15"), drawn_subject, tiny.make_plan(scheduler="lcm", seed=12))
    assert np.array_equal(paint(engine_of("sd15"), drawn_subject, plan), first)
    other = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    assert np.array_equal(paint(other, drawn_subject, plan), first)
    assert not np.array_equal(paint(other, drawn_subject, tiny.make_plan(scheduler="euler-a", seed=12)), first)


def test_the_figure_can_be_the_beginning(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine = engine_of("sd15")
    plan = tiny.make_plan(init_image="figure")
    figure = Picture(pixels=np.full((96, 64, 3), 90, np.uint8), cutout=None, plan_digest="", timings=())
    from_figure = paint(engine, drawn_subject, plan, init_picture=figure)
    assert not np.array_equal(from_figure, paint(engine, drawn_subject, tiny.make_plan()))
    grey = tiny.make_subject(np.full((300, 200, 3), 90, np.uint8))
    assert np.array_equal(from_figure, paint(engine, grey, tiny.make_plan()))
    with pytest.raises(InitPictureMissing):
        paint(engine, drawn_subject, plan)


# ---------------------------------------------------------------- broken numbers


def test_a_decode_that_overflows_in_half_precision_is_done_again(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    """The decoder's first layer is scaled until its sums pass float16's 65,504; the norm behind it makes float32 whole again."""
    import torch

    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", dtype="float16")
    pipeline = pipeline_of(engine)
    weight = pipeline.vae.decoder.conv_in.weight
    weight.data = (weight.data.float() * (6e4 / float(weight.abs().max()))).to(torch.float16)
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


def test_out_of_memory_twice_is_said(tiny_folder: FolderOf, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    hook = pipeline_of(engine).unet.register_forward_pre_hook(exhaust(2))
    with pytest.raises(OutOfMemory, match="cpu ran out"):
        paint(engine, drawn_subject, tiny.make_plan())
    hook.remove()
    assert paint(engine, drawn_subject, tiny.make_plan()).shape == (96, 64, 3)


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


# ---------------------------------------------------------------- plans and weights


def test_the_plan_must_be_for_these_weights(engine_of: EngineOf, drawn_subject: Subject) -> None:
    engine = engine_of("sd15")
    bare = paint(engine, drawn_subject, tiny.make_plan())
    right = engine.weights_digest()
    assert np.array_equal(paint(engine, drawn_subject, tiny.make_plan(weights_digest=right)), bare)
    loras = (Lora(name="bright"),)
    with pytest.raises(WeightsChanged):
        paint(engine, drawn_subject, tiny.make_plan(weights_digest=right, loras=loras))
    paint(engine, drawn_subject, tiny.make_plan(weights_digest=engine.weights_digest(loras), loras=loras))


def test_unknown_scheduler(engine_of: EngineOf, drawn_subject: Subject) -> None:
    with pytest.raises(UnknownChoice, match="dpmpp-2m-karras"):
        paint(engine_of("sd15"), drawn_subject, tiny.make_plan(scheduler="quantum"))


def test_no_weights_is_a_sentence_not_a_crash(tmp_path: Path, drawn_subject: Subject) -> None:
    engine = DiffusionEngine(tmp_path)
    able = engine.capabilities()
    assert not able.ready
    assert "weights/README.md" in able.why
    assert able.family == ""
    with pytest.raises(WeightsMissing):
        engine.load()
    with pytest.raises(WeightsMissing):
        paint(engine, drawn_subject, tiny.make_plan())
    engine.close()


def test_capabilities_name_family_and_schedulers(engine_of: EngineOf) -> None:
    able = engine_of("sdxl").capabilities()
    assert (able.ready, able.why, able.family, able.size_multiple) == (True, "", "sdxl", 8)
    assert "euler-a" in able.schedulers


def test_whatever_goes_wrong_inside_is_our_own_error(engine_of: EngineOf, drawn_subject: Subject) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("a secret prompt")

    hook = pipeline_of(engine_of("sd15")).unet.register_forward_pre_hook(break_down)
    try:
        with pytest.raises(EngineFailed, match="ZeroDivisionError") as caught:
            paint(engine_of("sd15"), drawn_subject, tiny.make_plan())
    finally:
        hook.remove()
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, StylizeError)


# ---------------------------------------------------------------- privacy


def test_a_long_prompt_is_not_printed(
    engine_of: EngineOf, drawn_subject: Subject, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    prompt = "a portrait of " + "somebody very private " * 60
    paint(engine_of("sdxl"), drawn_subject, tiny.make_plan(prompt=prompt, negative_prompt=prompt))
    printed = capfd.readouterr()
    assert "private" not in printed.out + printed.err + caplog.text


WATCHED = """
import os, sys
from pathlib import Path
import numpy as np
seen = []
def watch(event, args):
    if event.startswith(("socket.", "urllib.", "http.", "subprocess.", "os.system", "os.exec", "os.posix_spawn")):
        seen.append(event)
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if not str(args[0]).startswith(("/dev/", "/proc/", "/sys/")):
            seen.append("written")
from tests.diffusion import tiny
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.progress import CancelToken, nobody
from stylize.models import Lora
sys.dont_write_bytecode = True
import torch, diffusers, transformers, peft, accelerate
sys.addaudithook(watch)
subject = tiny.make_subject(np.full((90, 70, 3), 128, np.uint8))
folder, checkpoint = map(Path, sys.argv[1:])
engine = DiffusionEngine(folder, device="cpu")
plan = tiny.make_plan(loras=(Lora(name="bright"),))
engine.generate(subject, plan, tell=nobody, cancel=CancelToken())
engine.close()
from stylize.engines.diffusion import load
load.config_folder = lambda family: checkpoint.with_suffix(".config")
engine = DiffusionEngine(checkpoint, device="cpu")
engine.generate(subject, tiny.make_plan(), tell=nobody, cancel=CancelToken())
sys.exit(", ".join(seen) or 0)
"""


def test_no_connection_no_child_and_no_file_written(
    tiny_folder: FolderOf, tiny_checkpoint: FolderOf, tmp_path: Path
) -> None:
    """An audit hook watches loading (folder, file, LoRA) and painting in a fresh process with an empty home."""
    arguments = [str(tiny_folder("sd15")), str(tiny_checkpoint("sdxl"))]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={"HOME": str(tmp_path), "PATH": "", "OMP_NUM_THREADS": "1", "PYTHONPATH": "."},
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
