"""DeepCache: nothing changes at interval 1; beyond it there is less arithmetic, and the picture stays near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion.deepcache import LEAST_STEPS, deep_cache
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.models import Plan, Subject
from tests.diffusion import tiny
from tests.diffusion.painting import paint, pipeline_of
from tests.diffusion.test_diffusion_equality import FAMILIES

STEPS = {"num_inference_steps": 12, "strength": 0.8}
"""Nine of them run."""


def with_interval(plan: Plan, interval: int) -> Plan:
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, deepcache_interval=interval))


def flops(work: Callable[[], Any]) -> int:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())


@pytest.mark.parametrize("family", FAMILIES)
def test_less_arithmetic_and_near_the_same_picture(
    family: str, engine_of: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    engine, plan = engine_of(family), tiny.make_plan(**STEPS)  # type: ignore[arg-type]
    whole = paint(engine, drawn_subject, plan).astype(int)
    spent, far = [], []
    for interval in (1, 2, 3):
        made: list[Any] = []
        asked = with_interval(plan, interval)
        spent.append(flops(lambda asked=asked, made=made: made.append(paint(engine, drawn_subject, asked))))
        far.append(np.abs(made[0] - whole).mean())
    assert far[0] == 0
    assert spent[0] > spent[1] > spent[2]
    assert 0 < far[1] < far[2] < 20
    assert np.array_equal(paint(engine, drawn_subject, plan), whole), "it leaves a trace"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("residuals", [False, True], ids=["plain", "controlnet"])
def test_what_is_kept_of_the_same_input_gives_the_same_bits(
    family: str, residuals: bool, engine_of: Callable[[str], DiffusionEngine]
) -> None:
    """With nothing changed since the whole run, the outermost layers over the kept rest are the whole."""
    import torch

    unet = pipeline_of(engine_of(family)).unet
    width = unet.config.cross_attention_dim
    sample, text = torch.randn(2, 4, 8, 8), torch.randn(2, 77, width)
    more: dict[str, Any] = {"return_dict": False}
    if family == "sdxl":
        more["added_cond_kwargs"] = {"text_embeds": torch.randn(2, 48), "time_ids": torch.zeros(2, 6)}
    if residuals:
        seen: list[Any] = []
        for block in unet.down_blocks:
            block.register_forward_hook(lambda _block, _inputs, out: seen.extend(out[1]))
        with torch.no_grad():
            unet(sample, 500, text, **more)
        for block in unet.down_blocks:
            block._forward_hooks.clear()
        first = unet.conv_in(sample)
        more["down_block_additional_residuals"] = tuple(torch.randn_like(one) for one in (first, *seen))
        more["mid_block_additional_residual"] = torch.randn_like(seen[-1])
    with torch.no_grad(), deep_cache(unet, interval=3, steps=LEAST_STEPS):
        whole, again = unet(sample, 500, text, **more)[0], unet(sample, 500, text, **more)[0]
        assert torch.equal(whole, again)
        fewer = {name: value for name, value in more.items() if name == "return_dict"}
        if family == "sdxl":
            fewer["added_cond_kwargs"] = {name: v[:1] for name, v in more["added_cond_kwargs"].items()}
        assert unet(sample[:1], 500, text[:1], **fewer)[0].shape[0] == 1, "another number of rows is run whole"
    assert "forward" not in vars(unet)


def test_few_steps_are_all_run_whole(engine_of: Callable[[str], DiffusionEngine], drawn_subject: Subject) -> None:
    engine, plan = engine_of("sd15"), tiny.make_plan()
    assert np.array_equal(paint(engine, drawn_subject, with_interval(plan, 3)), paint(engine, drawn_subject, plan))


def test_the_picture_knows_whether_it_did_anything(
    engine_of: Callable[[str], DiffusionEngine], drawn_subject: Subject
) -> None:
    """Nine steps at interval 3: six of them spared. With fewer than eight all are run whole, whatever was planned."""
    from stylize.progress import CancelToken, nobody
    from stylize.receipt import acted

    engine = engine_of("sd15")
    for asked, spared in ((STEPS, 6), ({"num_inference_steps": 7, "strength": 0.9}, 0)):
        plan = with_interval(tiny.make_plan(**asked), 3)  # type: ignore[arg-type]
        picture = engine.generate(drawn_subject, plan, tell=nobody, cancel=CancelToken())
        assert picture.spared_steps == spared
        assert acted(picture) == ({"deepcache_interval"} if spared else set())
