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
            use_one_thread()
            weights = tiny.write_folder(Path(small) / "model", "sd15")
            compare(DiffusionEngine(weights), tiny.make_plan(**SMALL), rounds=choice.rounds or 15)


def use_one_thread() -> None:
    """So that the small nets measure our layer and not how busy the machine is."""
    import torch

    torch.set_num_threads(1)


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
    seconds: dict[str, list[float]] = {"plain": [], "ours": []}
    for number in range(-1, rounds):
        order = ("plain", "ours") if number % 2 else ("ours", "plain")
        made: dict[str, Pixels] = {}
        for who in order:
            started = time.perf_counter()
            made[who] = paint_plainly(pipeline, subject, plan) if who == "plain" else paint(engine, subject, plan)
            if number >= 0 or rounds == 1:
                seconds[who].append(time.perf_counter() - started)
        same = np.array_equal(made["plain"], made["ours"])
        if rounds == 1:
            break
    plain, ours = (statistics.median(seconds[who]) for who in ("plain", "ours"))
    print(f"plain diffusers {plain:.3f} s, ours {ours:.3f} s, ratio {ours / plain:.3f}, same pixels: {same}")


def paint(engine: DiffusionEngine, subject: Subject, plan: Plan) -> Pixels:
    picture = engine.generate(subject, plan, tell=nobody, cancel=CancelToken())
    print("  ours:", ", ".join(f"{stage} {seconds:.3f} s" for stage, seconds in picture.timings))
    return picture.pixels


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
