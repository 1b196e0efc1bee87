"""What our layer costs over plain diffusers: the same plan, the same pipeline, the same process, taking turns.

    python -m benchmarks.diffusion_overhead                          small nets: glue only
    python -m benchmarks.diffusion_overhead --real-size FOLDER       SD 1.5's real size, random weights; writes 2.1 GB
                                                                     into FOLDER and loads them as one file

No weights are needed: they are random, so the pictures are noise, but every multiplication is done. Reports medians,
their ratio, and whether both gave the same pixels.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.frame import init_image
from stylize.geometry import Size
from stylize.models import Pixels, Plan, Subject
from stylize.progress import CancelToken, nobody
from tests.diffusion import tiny

SMALL = {"size": Size(width=128, height=128), "num_inference_steps": 20, "strength": 0.5}
REAL = {"size": Size(width=512, height=512), "num_inference_steps": 4, "strength": 0.5}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real-size", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int)
    choice = parser.parse_args()
    with tempfile.TemporaryDirectory() as small:
        if choice.real_size:
            started = time.perf_counter()
            weights = write_real_size(choice.real_size)
            print(f"written in {time.perf_counter() - started:.1f} s, {weights.stat().st_size:,} bytes")
            compare(DiffusionEngine(weights), tiny.make_plan(**REAL), rounds=choice.rounds or 1)
        else:
            weights = tiny.write_folder(Path(small) / "model", "sd15")
            compare(DiffusionEngine(weights), tiny.make_plan(**SMALL), rounds=choice.rounds or 15)


def write_real_size(folder: Path) -> Path:
    """A checkpoint in the original layout with float16 random weights of the carried configuration."""
    import torch
    from safetensors.torch import save_file

    from stylize.engines.diffusion.families import config_folder
    from stylize.weights import Family
    from tests.diffusion.original_layout import to_original

    path = folder / "random-sd15.safetensors"
    if not path.exists():
        pipeline = tiny.make_pipeline(config_folder(Family.SD15))
        save_file({name: t.to(torch.float16) for name, t in to_original(pipeline).items()}, str(path))
    return path


def compare(engine: DiffusionEngine, plan: Plan, *, rounds: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (700, 600, 3)).astype(np.uint8)
    subject = tiny.make_subject(pixels)
    started = time.perf_counter()
    engine.load()
    print(f"load, with the weights' digest: {time.perf_counter() - started:.1f} s")
    pipeline = engine._loaded.pipeline  # type: ignore[union-attr]  # noqa: SLF001 - the same nets for both
    paint(engine, subject, tiny.make_plan(num_inference_steps=1, strength=1.0))  # touches every weight once
    spent: dict[str, list[tuple[float, float]]] = {"plain": [], "ours": []}
    same = True
    for number in range(rounds):
        made: dict[str, Pixels] = {}
        for who in ("ours", "plain") if number % 2 else ("plain", "ours"):
            wall, work = time.perf_counter(), time.process_time()
            made[who] = paint_plainly(pipeline, subject, plan) if who == "plain" else paint(engine, subject, plan)
            spent[who].append((time.perf_counter() - wall, time.process_time() - work))
        same = same and np.array_equal(made["plain"], made["ours"])
    for number, clock in enumerate(("wall", "CPU")):
        plain, ours = (statistics.median(times[number] for times in spent[who]) for who in ("plain", "ours"))
        print(f"{clock} seconds: plain diffusers {plain:.3f}, ours {ours:.3f}, ratio {ours / plain:.3f}")
    print(f"same pixels: {same}")


def paint(engine: DiffusionEngine, subject: Subject, plan: Plan) -> Pixels:
    return engine.generate(subject, plan, tell=nobody, cancel=CancelToken()).pixels


def paint_plainly(pipeline: Any, subject: Subject, plan: Plan) -> Pixels:
    import diffusers
    import torch

    denoise = plan.denoise
    assert denoise is not None
    pipeline.scheduler = diffusers.DDIMScheduler.from_config(pipeline.scheduler.config)
    image = init_image(subject, plan, None, size=plan.size)
    result = pipeline(
        prompt=denoise.prompt,
        negative_prompt=denoise.negative_prompt,
        image=image,
        strength=denoise.strength,
        guidance_scale=denoise.guidance_scale,
        num_inference_steps=denoise.num_inference_steps,
        generator=torch.Generator("cpu").manual_seed(plan.seed),
        output_type="pil",
    )
    return np.asarray(result.images[0])


if __name__ == "__main__":
    main()
