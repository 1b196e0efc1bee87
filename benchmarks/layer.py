"""What our layer costs beside the nets: the same pictures with nets that answer at once.

    python -m benchmarks.layer

The nets of a tiny model are replaced by ones that return a ready answer of the right shape, so that what is left is
everything else: cutting and preparing the photo, scheduler, progress, sketches, the look for broken numbers, pixels.
Plans of few and of many steps tell the fixed cost from that of a step. CPU seconds, medians, taking turns with plain
diffusers on the same nets; the photo is new to both ("first") or known to ours ("again": another seed). "screened": as
"again", and as the pipeline calls it: sketches and the finished picture are looked at before anybody sees them.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.diffusion_overhead import paint, paint_plainly
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.geometry import Size
from stylize.models import Plan, Subject
from stylize.progress import CancelToken, nobody
from stylize.screening import screened, screening
from tests.diffusion import tiny

FEW, MANY = 4, 40
ROUNDS = 21
SIZE = Size(width=512, height=512)


def main() -> None:
    tiny.use_one_thread()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        for family in ("sd15", "sdxl"):
            engine = DiffusionEngine(tiny.write_folder(Path(folder) / family, family), device="cpu")
            engine.load()
            tell(family, engine)


def tell(family: str, engine: DiffusionEngine) -> None:
    """Measure and print one family."""
    pipeline = engine._loaded.pipeline  # type: ignore[union-attr]  # noqa: SLF001 - the same nets for both
    answer_at_once(pipeline)
    subject = tiny.make_subject(np.random.default_rng(1).integers(0, 255, (700, 600, 3)).astype(np.uint8))
    seeds = iter(range(10**6))

    def plan(steps: int) -> Any:
        return tiny.make_plan(seed=next(seeds), size=SIZE, num_inference_steps=steps, strength=1.0)

    def first(steps: int) -> None:
        engine.forget()
        paint(engine, subject, plan(steps))

    ways: dict[str, Callable[[int], Any]] = {
        "plain diffusers": lambda steps: paint_plainly(pipeline, subject, plan(steps)),
        "ours, first": first,
        "ours, again": lambda steps: paint(engine, subject, plan(steps)),
        "ours, screened": lambda steps: paint_screened(engine, subject, plan(steps)),
    }
    spent: dict[tuple[str, int], list[float]] = {(name, steps): [] for name in ways for steps in (FEW, MANY)}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            for steps in (FEW, MANY):
                begun = time.process_time()
                way(steps)
                spent[name, steps].append(time.process_time() - begun)
    for name in ways:
        few, many = (1000 * statistics.median(spent[name, steps]) for steps in (FEW, MANY))
        each = (many - few) / (MANY - FEW)
        print(f"| {family} | {name} | {few - FEW * each:.1f} | {each:.2f} |")


def paint_screened(engine: DiffusionEngine, subject: Subject, plan: Plan) -> None:
    """As `stylize.brushwork` paints. What it says of noise is nobody's concern here."""
    with screening(nobody, plan) as heard:
        picture = engine.generate(subject, plan, tell=heard, cancel=CancelToken())
    screened(picture, plan)


def answer_at_once(pipeline: Any) -> None:
    """Nets whose answer is ready."""
    import torch

    generator = torch.Generator().manual_seed(1)

    def ready(*shape: int) -> Any:
        return torch.randn(shape, generator=generator) * 0.5

    rows, side = (1, 2), (SIZE.height // 8, SIZE.width // 8)
    noise = {count: (ready(count, 4, *side),) for count in rows}
    moments, image = ready(1, 8, *side), (ready(1, 3, SIZE.height, SIZE.width),)
    pipeline.unet.forward = lambda sample, *_, **__: noise[sample.shape[0]]
    pipeline.vae._encode = lambda _pixels: moments  # noqa: SLF001 - what encode calls
    pipeline.vae.decode = lambda *_, **__: image


if __name__ == "__main__":
    main()
