"""OpenVINO paints what torch paints, but for rounding, and only where it may."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion import openvino_net, room, runner
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import Cancelled, RunnerMissing, WallMissing
from stylize.geometry import Box, Size
from stylize.models import Control, FacePass, Lora, Picture, Plan, Subject
from stylize.privacy import kernel
from stylize.progress import CancelToken, nobody
from tests.diffusion import tiny
from tests.diffusion.test_diffusion_equality import FAMILIES

needs_openvino = pytest.mark.skipif(
    not openvino_net.is_installed(), reason="OpenVINO, an extra, is not installed: pip install 'stylize[openvino]'"
)

LEVELS = 1
"""By how much of 255 a pixel of these small nets may differ from torch's."""


def make(engine: DiffusionEngine, subject: Subject, plan: Plan, **more: Any) -> Picture:
    return engine.generate(subject, plan, tell=nobody, cancel=CancelToken(), **more)


def apart(one: Picture, other: Picture) -> int:
    return int(np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max())


def runner_of(engine: DiffusionEngine) -> runner.Runner:
    assert engine._loaded is not None
    return engine._loaded.runner


@pytest.fixture(scope="module")
def quick_of(guided: Callable[[str], Path]) -> Callable[[str], DiffusionEngine]:
    """One engine a family that may use OpenVINO."""
    made: dict[str, DiffusionEngine] = {}

    def give(family: str) -> DiffusionEngine:
        return made.setdefault(family, DiffusionEngine(guided(family), device="cpu", runner="auto"))

    return give


@needs_openvino
@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_picture_but_for_rounding(
    family: str,
    quick_of: Callable[[str], DiffusionEngine],
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
) -> None:
    """One net serves another size and seed, and pictures without guidance, which have half the rows."""
    quick, plain = quick_of(family), engine_with(family)
    wide = Size(width=128, height=64)
    plans = [tiny.make_plan(size=Size(width=64, height=64)), tiny.make_plan(size=wide, seed=9, guidance_scale=1.0)]
    for plan in plans:
        fast, slow = make(quick, drawn_subject, plan), make(plain, drawn_subject, plan)
        assert (fast.runner, slow.runner) == ("openvino", "torch")
        assert apart(fast, slow) <= LEVELS
        assert np.array_equal(make(quick, drawn_subject, plan).pixels, fast.pixels), "the same order, another picture"
    assert len(runner_of(quick).nets) == 1


@needs_openvino
def test_what_is_put_on_the_model_is_in_it(
    quick_of: Callable[[str], DiffusionEngine],
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
) -> None:
    """A LoRA and its scale, the adapter for faces, a ControlNet: each makes the picture it makes with torch."""
    quick, plain = quick_of("sd15"), engine_with("sd15")
    base = tiny.make_plan(size=Size(width=64, height=64))
    denoise = base.denoise
    assert denoise is not None
    every = {
        "loras": (Lora(name="bright", scale=0.3),),
        "ip_adapter_scale": 0.8,
        "control": Control(kind="depth", drawn_from="subject", scale=0.7),
    }
    variants = {
        "lora": replace(denoise, loras=(Lora(name="bright", scale=1.0),)),
        "lora, weaker, with an adapter and a ControlNet": replace(denoise, **every),
    }
    seen = []
    for name, variant in variants.items():
        plan = replace(base, denoise=variant)
        fast, slow = make(quick, drawn_subject, plan), make(plain, drawn_subject, plan)
        assert fast.runner == "openvino", name
        assert apart(fast, slow) <= LEVELS, name
        seen.append(fast)
        assert len(runner_of(quick).nets) <= runner.MOST_NETS
    assert len({picture.pixels.tobytes() for picture in seen}) == len(variants)


def changed(plan: Plan, **more: Any) -> Plan:
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, **more))


REFUSED = {
    "a size that cannot be halved so often": tiny.make_plan(size=Size(width=72, height=64)),
    "DeepCache, which looks into the layers": changed(
        tiny.make_plan(size=Size(width=64, height=64), num_inference_steps=12, strength=0.8), deepcache_interval=2
    ),
}


@needs_openvino
@pytest.mark.parametrize("why", REFUSED)
def test_torch_goes_on_where_openvino_may_not(
    why: str,
    quick_of: Callable[[str], DiffusionEngine],
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
) -> None:
    picture = make(quick_of("sd15"), drawn_subject, REFUSED[why])
    assert picture.runner == "torch"
    assert apart(picture, make(engine_with("sd15"), drawn_subject, REFUSED[why])) == 0


class Broken:
    """A net that was made and cannot be run, or only so many times."""

    def __init__(self, forward: Any, *_: Any, times: int = 0) -> None:
        self.forward, self.times = forward, times

    def __call__(self, args: Any, more: Any) -> Any:
        self.times -= 1
        if self.times < 0:
            raise RuntimeError("no")
        return self.forward(*args, **more)[0]

    def rest(self) -> None: ...


def test_torch_goes_on_where_memory_is_short_or_openvino_fails(
    tiny_folder: Callable[[str], Path],
    engine_with: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = tiny.make_plan(size=Size(width=64, height=64))
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", runner="auto")
    engine.load()
    made: list[Broken] = []
    monkeypatch.setattr(runner, "is_installed", lambda: True)
    monkeypatch.setattr(runner, "Net", lambda *given: made.append(Broken(*given)) or made[-1])
    with monkeypatch.context() as short:
        short.setattr(room, "look_around", lambda device: room.Room(device=None, ram=1 << 20))
        pictures = [make(engine, drawn_subject, plan)]
    assert not made
    pictures += [make(engine, drawn_subject, plan) for _ in range(2)]
    assert len(made) == 1, "what failed is not tried again"
    assert not runner_of(engine).nets
    wanted = make(engine_with("sd15"), drawn_subject, plan)
    assert all(picture.runner == "torch" and apart(picture, wanted) == 0 for picture in pictures)
    engine.close()


def test_where_torch_went_on_in_the_middle_both_are_named(
    tiny_folder: Callable[[str], Path], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", runner="auto")
    monkeypatch.setattr(runner, "is_installed", lambda: True)
    monkeypatch.setattr(runner, "Net", lambda *given: Broken(*given, times=1))
    plan = tiny.make_plan(size=Size(width=64, height=64), num_inference_steps=4, strength=1.0)
    assert make(engine, drawn_subject, plan).runner == "openvino and torch"
    engine.close()


@needs_openvino
def test_and_where_the_face_was_painted_by_the_other(
    quick_of: Callable[[str], DiffusionEngine], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sides that OpenVINO leaves to torch, and the square of a face, which it does not."""
    engine, plan = quick_of("sd15"), tiny.make_plan(size=Size(width=136, height=168))
    assert plan.denoise is not None
    face_pass = FacePass(strength=0.6, prompt="the face of a toy")
    plan = replace(plan, denoise=replace(plan.denoise, face_pass=face_pass))
    picture = make(engine, drawn_subject, plan)
    assert picture.runner == "torch"
    assert engine._loaded is not None
    monkeypatch.setattr(engine._loaded, "facts", replace(engine._loaded.facts, native_pixels=128**2))
    face = Box(left=40, top=30, right=70, bottom=66)
    mended = engine.mend_face(drawn_subject, plan, picture, face, tell=nobody, cancel=CancelToken())
    assert mended is not picture
    assert mended.runner == "openvino and torch"


def test_a_stop_while_the_net_is_made_is_a_stop_and_no_failure(
    tiny_folder: Callable[[str], Path], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", runner="auto")
    cancel = CancelToken()

    def stopped(*_: Any) -> Any:
        cancel.cancel()
        cancel.check()

    monkeypatch.setattr(runner, "is_installed", lambda: True)
    monkeypatch.setattr(runner, "Net", stopped)
    with pytest.raises(Cancelled):
        engine.generate(drawn_subject, tiny.make_plan(size=Size(width=64, height=64)), tell=nobody, cancel=cancel)
    assert not runner_of(engine).broken
    engine.close()


def test_who_names_what_is_not_installed_is_told(
    tiny_folder: Callable[[str], Path], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "is_installed", lambda: False)
    plan = tiny.make_plan(size=Size(width=64, height=64))
    with pytest.raises(RunnerMissing):
        make(DiffusionEngine(tiny_folder("sd15"), device="cpu", runner="openvino"), drawn_subject, plan)
    assert (
        make(DiffusionEngine(tiny_folder("sd15"), device="cpu", runner="auto"), drawn_subject, plan).runner == "torch"
    )


WALLED = """
import json, sys
from stylize.privacy import lock_down, wall, witness
lock_down()
foundations = wall.foundations()
witness.watch()
from pathlib import Path
import numpy as np
from tests.diffusion import tiny
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.geometry import Size
from stylize.progress import CancelToken, nobody
tiny.use_one_thread()
engine = DiffusionEngine(Path(sys.argv[1]), device="cpu", runner="openvino")
standing = wall.raise_wall(foundations)
subject = tiny.make_subject(np.full((90, 70, 3), 128, np.uint8))
plan = tiny.make_plan(seed=3, size=Size(width=64, height=64))
picture = engine.generate(subject, plan, tell=nobody, cancel=CancelToken())
engine.close()
told = sys.modules["openvino_telemetry"]
attempts = [attempt.library for attempt in witness.attempts()]
print(json.dumps({"level": standing.level, "runner": picture.runner, "telemetry": told, "attempts": attempts}))
"""


@needs_openvino
def test_it_works_behind_the_wall_and_tells_nobody(tiny_folder: Callable[[str], Path]) -> None:
    """No file, no socket, no telemetry: the net is made and run in a process that cannot have any of them."""
    if kernel.machine() is None:
        pytest.skip(WallMissing(why="the wall is for Linux").sentence)
    done = subprocess.run(
        [sys.executable, "-c", WALLED, str(tiny_folder("sd15"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["level"], told["runner"], told["telemetry"]) == ("kernel", "openvino", None)
    assert "openvino" not in told["attempts"]
