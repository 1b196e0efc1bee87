"""What the engine remembers between pictures: it saves work, changes no bit, is bounded, and is overwritten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.recall import Recall
from stylize.errors import Cancelled
from stylize.models import Lora, Subject
from stylize.progress import CancelToken, Progress
from tests.diffusion import tiny
from tests.diffusion.conftest import plain_pipeline
from tests.diffusion.painting import in_rows, paint, pipeline_of
from tests.diffusion.test_diffusion_equality import FAMILIES, SCHEDULERS, paint_plainly

LORAS = (Lora(name="bright", scale=0.8),)


@contextmanager
def counted(engine: DiffusionEngine) -> Iterator[dict[str, int]]:
    """How often each net is run within, by name."""
    pipeline = pipeline_of(engine)
    counts = {"text_encoder": 0, "encoder": 0, "decoder": 0, "unet": 0}
    nets = {
        "text_encoder": pipeline.text_encoder,
        "encoder": pipeline.vae.encoder,
        "decoder": pipeline.vae.decoder,
        "unet": pipeline.unet,
    }

    def counter(name: str) -> Callable[..., None]:
        def count(*_: Any) -> None:
            counts[name] += 1

        return count

    handles = [net.register_forward_pre_hook(counter(name)) for name, net in nets.items()]
    try:
        yield counts
    finally:
        for handle in handles:
            handle.remove()


@pytest.fixture
def engine(tiny_folder: Callable[[str], Path]) -> Iterator[DiffusionEngine]:
    fresh = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    yield fresh
    fresh.close()


def test_what_is_known_is_not_worked_out_again(engine: DiffusionEngine, drawn_subject: Subject) -> None:
    plan = tiny.make_plan()
    with counted(engine) as first:
        paint(engine, drawn_subject, plan)
    assert (first["text_encoder"], first["encoder"], first["decoder"]) == (2, 1, 1)
    others = (
        tiny.make_plan(seed=8),
        tiny.make_plan(strength=0.9),
        tiny.make_plan(num_inference_steps=3),
        tiny.make_plan(scheduler="euler-a", guidance_scale=2.0),
    )
    for other in others:
        with counted(engine) as again:
            paint(engine, drawn_subject, other)
        assert (again["text_encoder"], again["encoder"], again["decoder"]) == (0, 0, 1)


def test_what_differs_is_worked_out(engine: DiffusionEngine, drawn_subject: Subject) -> None:
    plan = tiny.make_plan()
    paint(engine, drawn_subject, plan)
    with counted(engine) as words:
        paint(engine, drawn_subject, tiny.make_plan(prompt="a clay figure"))
        paint(engine, drawn_subject, tiny.make_plan(negative_prompt=""))
        paint(engine, drawn_subject, tiny.make_plan(loras=LORAS))
        paint(engine, drawn_subject, tiny.make_plan(loras=(Lora(name="bright", scale=0.1),)))
    assert (words["text_encoder"], words["encoder"]) == (8, 0)
    other = drawn_subject.pixels.copy()
    other[100, 70, 1] ^= 128
    with counted(engine) as photo:
        paint(engine, tiny.make_subject(other, face=(70.0, 60.0)), plan)
    assert (photo["text_encoder"], photo["encoder"]) == (0, 1)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("guidance_scale", [1.0, 7.0])
@pytest.mark.parametrize("loras", [(), LORAS], ids=["bare", "lora"])
def test_a_remembered_photo_changes_no_bit(
    family: str,
    guidance_scale: float,
    loras: tuple[Lora, ...],
    tiny_folder: Callable[[str], Path],
    engine_of: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
) -> None:
    """Against plain diffusers, which encodes everything afresh; every scheduler takes part in one of the four rounds."""
    engine, pipeline = engine_of(family), plain_pipeline(tiny_folder(family), family)
    for lora in loras:
        place = str(tiny_folder(family).parent / "loras")
        pipeline.load_lora_weights(place, weight_name=f"{lora.name}.safetensors", adapter_name="0")
        pipeline.set_adapters(["0"], [lora.scale])
    paint(engine, drawn_subject, tiny.make_plan(guidance_scale=guidance_scale, loras=loras))
    own = pipeline.scheduler
    start = 2 * (guidance_scale > 1) + bool(loras)
    for number, scheduler in enumerate(list(SCHEDULERS)[start::4]):
        plan = tiny.make_plan(seed=number, scheduler=scheduler, guidance_scale=guidance_scale, loras=loras)
        with counted(engine) as work:
            mine = paint(engine, drawn_subject, plan)
        assert (work["text_encoder"], work["encoder"]) == (0, 0)
        pipeline.scheduler = own
        assert np.array_equal(mine, paint_plainly(pipeline, drawn_subject, plan))


@pytest.mark.parametrize("family", FAMILIES)
def test_nor_in_half_precision(family: str, tiny_folder: Callable[[str], Path], drawn_subject: Subject) -> None:
    """SDXL's VAE reads the photo in float32 then; what it saw is remembered so."""
    engine = DiffusionEngine(tiny_folder(family), device="cpu", dtype="float16")
    paint(engine, drawn_subject, tiny.make_plan())
    plan = tiny.make_plan(seed=3, scheduler="euler-a")
    with counted(engine) as work:
        mine = paint(engine, drawn_subject, plan)
    assert work["encoder"] == 0
    pipeline = plain_pipeline(tiny_folder(family), family, "float16")
    assert np.array_equal(mine, paint_plainly(pipeline, drawn_subject, plan))
    engine.close()


def test_one_row_without_guidance(engine: DiffusionEngine, drawn_subject: Subject) -> None:
    """At guidance_scale 1 and below the negative prompt is not heard, and costs nothing."""
    rows: list[int] = []
    unet = pipeline_of(engine).unet
    handle = unet.register_forward_pre_hook(lambda _net, inputs: rows.append(inputs[0].shape[0]))
    for guidance_scale in (0.0, 1.0, 1.5):
        paint(engine, drawn_subject, tiny.make_plan(guidance_scale=guidance_scale))
    handle.remove()
    assert rows == [1, 1, 1] * 2 + [2, 2, 2]


def kept(engine: DiffusionEngine) -> list[Any]:
    """The tensors themselves, to look at when they should be gone."""
    assert engine._loaded is not None
    recalls = engine._loaded.recalls
    return [tensor for recall in (recalls.texts, recalls.photos) for held in recall._kept.values() for tensor in held]


def test_forgetting_overwrites(engine: DiffusionEngine, drawn_subject: Subject) -> None:
    plan = tiny.make_plan()
    before = paint(engine, drawn_subject, plan)
    tensors = kept(engine)
    assert len(tensors) == 3
    assert all(tensor.any() for tensor in tensors)
    engine.forget()
    assert not any(tensor.any() for tensor in tensors)
    assert kept(engine) == []
    with counted(engine) as work:
        assert np.array_equal(paint(engine, drawn_subject, plan), before)
    assert (work["text_encoder"], work["encoder"]) == (2, 1)
    tensors = kept(engine)
    engine.close()
    assert not any(tensor.any() for tensor in tensors)


@pytest.mark.parametrize("scheduler", ["dpmpp-2m-karras", "pndm", "unipc"])
def test_a_scheduler_keeps_no_latent_of_the_picture(
    engine: DiffusionEngine, drawn_subject: Subject, scheduler: str
) -> None:
    plan = tiny.make_plan(scheduler=scheduler)
    before = paint(engine, drawn_subject, plan)

    def latents() -> list[Any]:
        state = vars(pipeline_of(engine).scheduler).values()
        flat = [tensor for value in state for tensor in (value if isinstance(value, list) else (value,))]
        return [tensor for tensor in flat if getattr(tensor, "ndim", 0) > 1]

    assert latents(), "these remember their last steps"
    assert not any(tensor.any() for tensor in latents())

    def stop(progress: Progress) -> None:
        if progress.fraction > 0.5:
            cancel.cancel()

    cancel = CancelToken()
    with pytest.raises(Cancelled):
        engine.generate(drawn_subject, plan, tell=stop, cancel=cancel)
    assert not any(tensor.any() for tensor in latents())
    assert np.array_equal(paint(engine, drawn_subject, plan), before)


def test_forgetting_waits_for_the_picture_and_disturbs_it_not(engine: DiffusionEngine, drawn_subject: Subject) -> None:
    plan = tiny.make_plan()
    before = paint(engine, drawn_subject, plan)
    tensors = kept(engine)

    def tell(progress: Progress) -> None:
        if 0 < progress.fraction < 1:
            other = threading.Thread(target=engine.forget)
            other.start()
            other.join(10)
            assert not other.is_alive(), "whoever wipes must not wait for a picture"

    again = engine.generate(drawn_subject, plan, tell=tell, cancel=CancelToken()).pixels
    assert np.array_equal(again, before)
    assert not any(tensor.any() for tensor in tensors)
    assert kept(engine) == []


def test_it_is_bounded_in_number_and_in_bytes() -> None:
    import torch

    recall = Recall(entries=3, limit_bytes=1000)
    tensors = [torch.ones(25) for _ in range(6)]  # 100 bytes each
    for number, tensor in enumerate(tensors[:4]):
        recall.put(number, (tensor,))
        recall.get(0)
    assert (len(recall), recall.held_bytes) == (3, 300)
    assert recall.get(1) is None, "used longest ago"
    assert not tensors[1].any()
    assert recall.get(0) is not None
    recall.put("large", (torch.ones(225),))
    assert recall.held_bytes <= 1000
    recall.put("too large", (torch.ones(251),))
    assert recall.get("too large") is None
    recall.wipe()
    assert (len(recall), recall.held_bytes) == (0, 0)


def test_seeds_of_one_order_share_everything_but_the_noise(engine: DiffusionEngine, drawn_subject: Subject) -> None:
    plans = [tiny.make_plan(seed=seed, scheduler="euler-a") for seed in (1, 2, 3)]
    plans.append(tiny.make_plan(seed=1, scheduler="ddim"))
    fractions: list[float] = []
    with counted(engine) as work:
        pictures = engine.generate_many(
            drawn_subject, plans, tell=lambda p: fractions.append(p.fraction), cancel=CancelToken()
        )
    assert (work["text_encoder"], work["encoder"], work["decoder"]) == (2, 1, 4)
    assert [picture.plan_digest for picture in pictures] == [plan.digest() for plan in plans]
    for plan, picture in zip(plans, pictures, strict=True):
        assert np.array_equal(picture.pixels, paint(engine, drawn_subject, plan))
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("family", "scheduler"), [*(("sd15", name) for name in SCHEDULERS), ("sdxl", "ddim"), ("sdxl", "euler-a")]
)
def test_side_by_side(
    family: str,
    scheduler: str,
    engine_of: Callable[[str], DiffusionEngine],
    drawn_subject: Subject,
) -> None:
    """Rows of one batch are rounded otherwise than a row alone: the pictures are those of the seeds to a few levels."""
    engine, seeds = engine_of(family), (1, 2)
    plans = [tiny.make_plan(seed=seed, scheduler=scheduler) for seed in seeds]
    with counted(engine) as single:
        alone = [paint(engine, drawn_subject, plan).astype(int) for plan in plans]
    with counted(engine) as work:
        pictures = engine.generate_many(drawn_subject, in_rows(plans, 2), tell=lambda _: None, cancel=CancelToken())
    assert work["unet"] * len(seeds) == single["unet"]
    for picture, single in zip(pictures, alone, strict=True):
        assert np.abs(picture.pixels - single).max() <= 2
    assert np.abs(alone[0] - alone[1]).max() > 10


def test_what_does_not_fit_side_by_side_is_split(
    engine: DiffusionEngine, drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stylize.engines.diffusion import studio

    plans = [tiny.make_plan(seed=seed) for seed in (1, 2, 3, 4)]
    alone = [paint(engine, drawn_subject, plan) for plan in plans]
    sizes: list[int] = []
    really = studio.paint

    def small(*things: Any, seeds: tuple[int, ...], **more: Any) -> Any:
        sizes.append(len(seeds))
        if len(seeds) > 1:
            raise MemoryError
        return really(*things, seeds=seeds, **more)

    monkeypatch.setattr(studio, "paint", small)
    pictures = engine.generate_many(drawn_subject, in_rows(plans, 4), tell=lambda _: None, cancel=CancelToken())
    assert sizes == [4, 2, 1, 1, 2, 1, 1]
    assert [picture.plan_digest for picture in pictures] == [plan.digest() for plan in plans]
    assert all(np.array_equal(p.pixels, one) for p, one in zip(pictures, alone, strict=True))
