"""A toy of a word, by the real classes: the picture before the cut is that of plain diffusers, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import Cancelled, DeclarationError
from stylize.geometry import Size
from stylize.models import BoxOrder, DenoiseOverride, Plan
from stylize.progress import CancelToken, Progress, nobody
from stylize.styles.toys import parse_toys, toy_plan, toy_seed, toy_tables
from stylize.toymaking import Rack, empty_ground, paint_toys
from tests.diffusion.test_diffusion_equality import paint_plainly
from tests.diffusion.tiny import LOOK

SIDE = 64
EngineOf = Callable[[str], DiffusionEngine]


def small_plan(engine: DiffusionEngine, word: str = "red kite", seed: int = 3) -> Plan:
    """As it is decided, but small, and of few steps."""
    plan = toy_plan(word, seed, LOOK, "action-figure", engine.capabilities(), DenoiseOverride())
    assert plan.denoise is not None
    return replace(plan, size=Size(width=SIDE, height=SIDE), denoise=replace(plan.denoise, num_inference_steps=4))


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_it_is_plain_diffusers_on_an_empty_ground(
    family: str, engine_of: EngineOf, plain_of: Callable[[str], Any]
) -> None:
    engine, ground = engine_of(family), empty_ground(SIDE, LOOK)
    plan = small_plan(engine)
    pixels = engine.generate(ground, plan, tell=nobody, cancel=CancelToken()).pixels
    assert np.array_equal(pixels, paint_plainly(plain_of(family), ground, plan))
    assert np.array_equal(pixels, engine.generate(ground, plan, tell=nobody, cancel=CancelToken()).pixels)
    for other in (small_plan(engine, "blue kite"), small_plan(engine, seed=4)):
        assert not np.array_equal(pixels, engine.generate(ground, other, tell=nobody, cancel=CancelToken()).pixels)


def test_who_edits_is_shown_the_ground_and_told_what_to_put_there(edit_engine: EngineOf) -> None:
    engine, ground = edit_engine("flux2-klein"), empty_ground(96, LOOK)
    plan = small_plan(engine)
    assert plan.denoise is not None
    assert "red kite" in plan.denoise.prompt
    assert plan.denoise.prompt.startswith("Put one small plastic toy")
    plan = replace(plan, size=Size(width=96, height=96))
    one, other = (engine.generate(ground, plan, tell=nobody, cancel=CancelToken()).pixels for _ in range(2))
    assert one.shape == (96, 96, 3)
    assert np.array_equal(one, other)


def test_the_ground_is_shown_as_it_is() -> None:
    """The frame around a face is not looked for where there is nobody."""
    from stylize.engines.diffusion.frame import centre_of, cover

    ground = empty_ground(SIDE, LOOK)
    assert centre_of(ground) is None
    assert np.array_equal(np.asarray(cover(ground.pixels, Size(width=SIDE, height=SIDE), centre=None)), ground.pixels)
    assert np.ptp(np.asarray(Image.fromarray(ground.pixels).convert("L"))) > 5, "softly lit"


def test_it_stops_within_a_step(engine_of: EngineOf, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, cancel = engine_of("sd15"), CancelToken()
    steps: list[float] = []

    def tell(progress: Progress) -> None:
        steps.append(progress.fraction)
        if progress.fraction > 0:
            cancel.cancel()

    monkeypatch.setattr("stylize.toymaking.toy_plan", lambda *_: small_plan(engine))
    with pytest.raises(Cancelled):
        paint_toys(
            BoxOrder(toys=("red kite",)),
            LOOK,
            "action-figure",
            3,
            engine,
            engine.capabilities(),
            Rack(),
            asked=DenoiseOverride(),
            weights_digest="",
            tell=tell,
            cancel=cancel,
        )
    assert len([fraction for fraction in steps if fraction > 0]) == 1


def test_a_seed_belongs_to_order_word_and_attempt() -> None:
    seeds = {toy_seed(seed, word, n) for seed in (1, 2) for word in ("kite", "dog") for n in (0, 1)}
    assert len(seeds) == 8
    assert toy_seed(1, "Kite", 0) == toy_seed(1, "kite", 0)


def test_words_are_no_templates() -> None:
    """Braces in a word are letters."""
    capabilities = DiffusionEngine().capabilities()
    plan = toy_plan("{likeness} {0}", 1, LOOK, "doll", replace(capabilities, family="sd15"), DenoiseOverride())
    assert plan.denoise is not None
    assert "{likeness} {0}" in plan.denoise.prompt


def test_the_table_is_read_strictly() -> None:
    assert set(toy_tables().tables) >= {"sd15", "sdxl", "flux2-klein", "qwen-image-edit"}
    with pytest.raises(DeclarationError):
        parse_toys('[ground]\ncolour = "#ffffff"\nname = "white"\nstrenght = 1\n')
