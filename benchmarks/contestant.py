"""One side of `benchmarks.speed`: loads the weights in its own way and makes the pictures it is told to on stdin."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKPOINT = "random-sd15.safetensors"


def main() -> None:
    who, folder, size, evaluations = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    begun = clock()
    make, nets = plain(folder, size, evaluations) if who == "plain" else ours(folder, size, evaluations, sys.argv[5])
    print(json.dumps(since(begun)), flush=True)
    spent = timed(nets)
    for line in sys.stdin:
        spent.clear()
        begun = clock()
        if line.strip() == "multiply":
            multiply()
            print(json.dumps(since(begun)), flush=True)
            continue
        make(line.strip())
        print(json.dumps({**dict.fromkeys(nets, 0.0), **since(begun), **spent}), flush=True)


MULTIPLIED_TFLOP = 3 * 2 * 4096**3 / 1e12


def multiply() -> None:
    """What these cores can do at best: three products of 4096 by 4096."""
    import torch

    one, other = torch.ones(4096, 4096), torch.ones(4096, 4096)
    for _ in range(3):
        torch.mm(one, other)


def arithmetic(size: int) -> dict[str, float]:
    """TFLOP of each net of SD 1.5 at its real size for a picture of `size` by `size` (a multiplication and an addition
    are two), and of the cached step of DeepCache. Counted on nets without memory.
    """
    import diffusers
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from stylize.engines.diffusion.deepcache import shallow
    from stylize.engines.diffusion.families import config_folder
    from stylize.weights import Family

    folder, side = config_folder(Family.SD15), size // 8
    with torch.device("meta"):
        unet = diffusers.UNet2DConditionModel.from_config(diffusers.UNet2DConditionModel.load_config(folder / "unet"))
        vae = diffusers.AutoencoderKL.from_config(diffusers.AutoencoderKL.load_config(folder / "vae"))
        latents, text, photo = torch.ones(1, 4, side, side), torch.ones(1, 77, 768), torch.ones(1, 3, size, size)
        deep = torch.ones(1, 320, side, side)
    works: dict[str, Callable[[], Any]] = {
        "unet": lambda: unet(latents, 5, text),
        "deepcache": lambda: shallow(unet, deep, latents, 5, text, {}),
        "encoder": lambda: vae.encode(photo),
        "decoder": lambda: vae.decode(latents),
    }
    counted = {}
    for name, work in works.items():
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            work()
        counted[name] = counter.get_total_flops() / 1e12
    return counted


def clock() -> tuple[float, float]:
    return time.perf_counter(), sum(os.times()[:2])


def since(begun: tuple[float, float]) -> dict[str, float]:
    wall, work = clock()
    return {"wall": wall - begun[0], "cpu": work - begun[1]}


def timed(nets: dict[str, list[Any]]) -> dict[str, float]:
    """CPU seconds by name of net, added up as they run."""
    spent: dict[str, float] = {}
    begun: dict[str, float] = {}

    def before(name: str) -> Callable[..., None]:
        return lambda *_: begun.update({name: sum(os.times()[:2])})

    def after(name: str) -> Callable[..., None]:
        return lambda *_: spent.update({name: spent.get(name, 0.0) + sum(os.times()[:2]) - begun[name]})

    for name, parts in nets.items():
        for part in parts:
            part.register_forward_pre_hook(before(name))
            part.register_forward_hook(after(name))
    return spent


MOST_QUICK = 4
"""Of `evaluations`, so many count for a quick plan, which runs twice as many: its scheduler has no more than 50 steps."""


def the_plan(size: int, evaluations: int, *, quick: bool, seed: int) -> Any:
    from dataclasses import replace

    from stylize.geometry import Size
    from tests.diffusion import tiny

    square = Size(width=size, height=size)
    if not quick:
        return tiny.make_plan(
            size=square, num_inference_steps=2 * evaluations, strength=0.5, guidance_scale=7.0, seed=seed
        )
    plan = tiny.make_plan(
        size=square,
        num_inference_steps=4 * min(evaluations, MOST_QUICK),
        strength=0.5,
        guidance_scale=1.0,
        scheduler="lcm",
        seed=seed,
    )
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, decoder="tiny"))


def the_subject() -> Any:
    import numpy as np

    from tests.diffusion import tiny

    return tiny.make_subject(np.random.default_rng(1).integers(0, 255, (700, 600, 3)).astype(np.uint8))


def ours(folder: Path, size: int, evaluations: int, runner: str) -> tuple[Callable[[str], Any], dict[str, list[Any]]]:
    from benchmarks.diffusion_overhead import paint
    from stylize.engines.diffusion.engine import DiffusionEngine
    from stylize.engines.diffusion.tiny_decoder import tiny_decoder

    engine, subject = DiffusionEngine(folder / CHECKPOINT, device="cpu", memory="full", runner=runner), the_subject()
    engine.load()
    loaded = engine._loaded  # noqa: SLF001 - its nets are timed
    assert loaded is not None
    seeds = iter(range(10**6))
    little = tiny_decoder(loaded)

    def make(scenario: str) -> Any:
        if scenario == "S1":
            engine.forget()
        quick = scenario == "S6"
        loaded.tiny = little if quick else False  # sketches by it belong to S6
        return paint(engine, subject, the_plan(size, evaluations, quick=quick, seed=next(seeds)))

    return make, nets_of(loaded.pipeline, little)


def plain(folder: Path, size: int, evaluations: int) -> tuple[Callable[[str], Any], dict[str, list[Any]]]:
    os.environ.pop("THP_MEM_ALLOC_ENABLE", None)
    from benchmarks.diffusion_overhead import paint_plainly
    from stylize.engines.diffusion.device import Placement
    from stylize.engines.diffusion.load import load_pipeline
    from stylize.weights import inspect

    pipeline = load_pipeline(
        inspect(folder / CHECKPOINT), Placement(device="cpu", dtype="float32"), hear=lambda _part: None
    )
    subject, seeds = the_subject(), iter(range(10**6))

    def make(_scenario: str) -> Any:
        return paint_plainly(pipeline, subject, the_plan(size, evaluations, quick=False, seed=next(seeds)))

    return make, nets_of(pipeline, None)


def nets_of(pipeline: Any, little: Any) -> dict[str, list[Any]]:
    return {
        "unet": [pipeline.unet],
        "encoder": [pipeline.vae.encoder],
        "decoder": [pipeline.vae.decoder, *([little.decoder] if little is not None else [])],
        "text": [pipeline.text_encoder],
    }


def write(folder: Path) -> None:
    """The weights of both, if they are not there."""
    from benchmarks.diffusion_overhead import write_real_size

    folder.mkdir(parents=True, exist_ok=True)
    write_real_size(folder)
    place = folder / "preview" / "taesd"
    if not place.exists():
        import diffusers

        diffusers.AutoencoderTiny().save_pretrained(place)


if __name__ == "__main__":
    main()
