"""Several seeds side by side: how many rows there are is part of the plan, who stands beside whom is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from stylize.engines.diffusion import batches, rows
from stylize.engines.diffusion.device import Placement
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.families import families
from stylize.engines.diffusion.memory import MemoryMode
from stylize.engines.diffusion.room import Room
from stylize.geometry import Size
from stylize.models import Picture, Pixels, Plan, Subject
from stylize.progress import CancelToken, Progress, nobody
from stylize.weights import Family
from tests.diffusion import tiny
from tests.diffusion.painting import in_rows, paint
from tests.diffusion.tiny_guides import CANNY, guided_plan

EngineOf = Callable[[str], DiffusionEngine]


def paint_many(engine: DiffusionEngine, subject: Subject, plans: list[Plan], *drawn: Picture) -> list[Pixels]:
    pictures = engine.generate_many(subject, plans, tell=nobody, cancel=CancelToken(), init_pictures=drawn)
    return [picture.pixels for picture in pictures]


def figure(shade: int) -> Picture:
    y, x = np.mgrid[0:96, 0:64]
    inside = (abs(x - 32) < 12 + shade // 20) & (abs(y - 48) < 30)
    return Picture(
        pixels=np.repeat(np.where(inside, shade, 30).astype(np.uint8)[..., None], 3, 2),
        cutout=None,
        plan_digest="",
        timings=(),
    )


FIGURES = [figure(shade) for shade in (80, 140, 200, 250)]
SEEDS = (1, 2, 3, 4)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
@pytest.mark.parametrize("init_image", ["subject", "figure"])
def test_again_with_its_seed_a_picture_of_a_batch_is_the_same(
    family: str, init_image: str, engine_of: EngineOf, drawn_subject: Subject
) -> None:
    """Alone it is filled up to the rows of its plan; the neighbours and its place among them change no bit."""
    engine = engine_of(family)
    plans = in_rows((tiny.make_plan(seed=seed, scheduler="euler-a", init_image=init_image) for seed in SEEDS), 4)
    together = paint_many(engine, drawn_subject, plans, *FIGURES)
    for plan, drawn, one in zip(plans, FIGURES, together, strict=True):
        again = engine.generate(drawn_subject, plan, tell=nobody, cancel=CancelToken(), init_picture=drawn)
        assert np.array_equal(again.pixels, one)
        assert (again.rows, again.plan_digest) == (4, plan.digest())
    backwards = paint_many(engine, drawn_subject, plans[::-1], *FIGURES[::-1])
    assert all(np.array_equal(one, other) for one, other in zip(together, backwards[::-1], strict=True))
    assert len({one.tobytes() for one in together}) == 4


@pytest.mark.parametrize(
    ("family", "control", "guidance_scale"),
    [("sd15", None, 5.0), ("sdxl", None, 5.0), ("sd15", CANNY, 5.0), ("sdxl", CANNY, 1.0), ("union", CANNY, 5.0)],
)
def test_each_begins_from_its_own_figure(
    family: str,
    control: object,
    guidance_scale: float,
    engine_with: EngineOf,
    drawn_subject: Subject,
) -> None:
    """Its own init picture and its own edges, with a face that all of them see: as each alone, to a rounding."""
    engine = engine_with(family.replace("union", "sdxl"))
    led = replace(CANNY, drawn_from="figure", kind="softedge" if family == "union" else "canny") if control else None
    plans = [
        guided_plan(adapter=0.6, control=led, seed=seed, guidance_scale=guidance_scale, init_image="figure")
        for seed in SEEDS[:3]
    ]
    alone = [
        paint(engine, drawn_subject, plan, init_picture=drawn).astype(int)
        for plan, drawn in zip(plans, FIGURES[:3], strict=True)
    ]
    together = paint_many(engine, drawn_subject, in_rows(plans, 3), *FIGURES[:3])
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one - other).max() <= 2
    swapped = paint_many(engine, drawn_subject, in_rows(plans, 3), *FIGURES[2::-1])
    assert not np.array_equal(swapped[0], together[0]), "the figure was not looked at"


def test_the_sketch_shows_all_of_them(engine_of: EngineOf, drawn_subject: Subject) -> None:
    heard: list[Progress] = []
    plans = in_rows((tiny.make_plan(seed=seed) for seed in SEEDS[:3]), 4)
    engine_of("sd15").generate_many(drawn_subject, plans, tell=heard.append, cancel=CancelToken())
    sketches = [progress.preview for progress in heard if progress.preview is not None]
    assert sketches
    for sketch in sketches:
        assert sketch.shape == (24, 16, 3)
        parts = [sketch[:12, :8], sketch[:12, 8:], sketch[12:, :8], sketch[12:, 8:]]
        assert [part.any() for part in parts] == [True, True, True, False]
        assert not np.array_equal(parts[0], parts[1])


def test_what_is_split_tells_how_many_rows_it_really_had(
    engine_of: EngineOf, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stylize.engines.diffusion import studio

    engine, really = engine_of("sd15"), studio.paint
    plans = [tiny.make_plan(seed=seed) for seed in SEEDS[:3]]
    two = paint_many(engine, drawn_subject, in_rows(plans, 2))

    def small(loaded: object, images: object, denoise: object, **more: object) -> object:
        if denoise.rows > 2:  # type: ignore[attr-defined]
            raise MemoryError
        return really(loaded, images, denoise, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "paint", small)
    told: list[float] = []
    pictures = engine.generate_many(
        drawn_subject, in_rows(plans, 4), tell=lambda p: told.append(p.fraction), cancel=CancelToken()
    )
    assert [picture.rows for picture in pictures] == [2, 2, 2]
    assert [picture.plan_digest for picture in pictures] == [plan.digest() for plan in in_rows(plans, 2)]
    assert all(np.array_equal(picture.pixels, one) for picture, one in zip(pictures, two, strict=True))
    assert told == sorted(told)
    assert any(0.4 < fraction < 0.6 for fraction in told), "the second half goes on where the first one ended"


def test_how_many_at_once_is_the_devices_and_the_memorys_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = families()[Family.SDXL]
    parameters = (("unet", 2_600_000_000), ("vae", 84_000_000))
    plan = tiny.make_plan(size=Size(width=1024, height=1024))

    def at_once(free_gb: float, *, device: str = "cuda", mode: MemoryMode = MemoryMode.FULL) -> int:
        monkeypatch.setattr(batches, "look_around", lambda _: Room(device=int(free_gb * 1e9), ram=None))
        loaded = SimpleNamespace(
            placement=Placement(device=device, dtype="float32" if device == "cpu" else "float16"),
            facts=facts,
            mode=mode,
            weights=SimpleNamespace(parameters=parameters),
        )
        return batches.rows_at_once(loaded, plan)  # type: ignore[arg-type]

    assert at_once(60) == rows_limit()
    assert at_once(60, device="cpu") == 1
    assert at_once(60, mode=MemoryMode.TILED) == 1
    counts = [at_once(free) for free in range(1, 61)]
    assert counts == sorted(counts)
    assert counts[0] == 1
    assert {2, 3} & set(counts), "what fits partly is taken"


def rows_limit() -> int:
    return batches.ROWS


def test_a_half_that_is_left_over_is_filled_up() -> None:
    assert rows.fill_up((7, 8), 4) == (7, 8, 8, 8)
    assert rows.fill_up((7,), 1) == (7,)
