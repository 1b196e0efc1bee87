"""Whether the knobs mean what they say, tried on the model that `train_double` trained, through the engine itself.

    .venv/bin/python -m tests.diffusion.judge_double FOLDER

Prints means over pairs of made-up people: what is painted begins from the toy of one while the photo shows the other.
Distances are mean differences of pixels, 0 to 255.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.geometry import Size
from stylize.models import Control, DenoiseOverride, Picture, Pixels, Plan, Request, Subject
from stylize.styles import load_styles
from stylize.styles import plan as make_plan
from tests.diffusion import tiny
from tests.diffusion.painting import paint
from tests.diffusion.train_double import SIDE, edges, resize
from tests.styles.test_plan import DIFFUSION

STEPS = 20
EDGES = Control(kind="canny", drawn_from="subject", scale=1.0)


def plan_for(strength: float, *, adapter: float = 0.0, control: Control | None = None, seed: int = 1) -> Plan:
    plan = tiny.make_plan(
        size=Size(width=SIDE, height=SIDE),
        strength=strength,
        seed=seed,
        guidance_scale=1.0,
        num_inference_steps=STEPS,
        prompt="a toy",
        negative_prompt="",
        init_image="figure",
    )
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, ip_adapter_scale=adapter, control=control))


def apart(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def on_edges(picture: Pixels, drawn: Pixels) -> float:
    """How steep the picture is on the edges that were drawn for it, over how steep it is anywhere."""
    down, across = np.gradient(picture.astype(float).mean(2))
    steep = np.hypot(down, across)
    return float(steep[edges(drawn) > 0].mean() / steep.mean())


def tell(what: str, values: tuple[float, ...], measure: Callable[[float], float]) -> None:
    print(what, {value: round(measure(value), 2) for value in values}, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", type=int, default=4)
    said = parser.parse_args()
    engine = DiffusionEngine(said.folder / "model", device="cpu")
    heads = np.load(said.folder / "people.npz")["heads"]
    rng = np.random.default_rng(0)
    pairs = [tuple(int(n) for n in rng.choice(len(heads), 2, replace=False)) for _ in range(said.pairs)]
    toys = [resize(head, SIDE) for head in heads]

    def shown(person: int) -> Subject:
        return tiny.make_subject(resize(heads[person], 128))

    def painted(person: int, toy: int, plan: Plan) -> Pixels:
        init = Picture(pixels=toys[toy], cutout=None, plan_digest="", timings=())
        return paint(engine, shown(person), plan, init_picture=init)

    def mean(measure: Callable[[int, int], float]) -> float:
        return float(np.mean([measure(*pair) for pair in pairs]))

    def control(scale: float) -> Control | None:
        return replace(EDGES, scale=scale) if scale else None

    def slid(likeness: float) -> Plan:
        able = replace(DIFFUSION, guides=("ip_adapter", "controlnet:canny"))
        request = Request(engine="diffusion", denoise=DenoiseOverride(likeness=likeness))
        denoise = make_plan(request, load_styles()["action-figure"], (able,), tiny.LOOK, 1, "").denoise
        assert denoise is not None
        return plan_for(denoise.strength, adapter=denoise.ip_adapter_scale, control=denoise.control)

    tell(
        "strength → away from what it began with:",
        (0.2, 0.4, 0.6, 0.8, 1.0),
        lambda s: mean(lambda a, b: apart(painted(a, b, plan_for(s)), toys[b])),
    )
    tell(
        "likeness slider → away from the person, begun from their own toy:",
        (0.0, 0.25, 0.5, 0.75, 1.0),
        lambda s: mean(lambda a, b: apart(painted(a, a, slid(s)), toys[a])),
    )
    tell(
        "IP-Adapter scale → away from the person, begun from another's toy:",
        (0.0, 0.5, 1.0),
        lambda s: mean(lambda a, b: apart(painted(a, b, plan_for(0.9, adapter=s)), toys[a])),
    )
    tell(
        "ControlNet scale → steepness on the edges of the person, begun from another's toy:",
        (0.0, 0.5, 1.0),
        lambda s: mean(lambda a, b: on_edges(painted(a, b, plan_for(0.9, control=control(s))), toys[a])),
    )


if __name__ == "__main__":
    main()
