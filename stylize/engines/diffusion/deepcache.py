"""DeepCache (Ma, Fang and Wang, CVPR 2024): what the deep layers of a UNet say changes little from step to step, so
most steps run its outermost layers only and take the rest from the last whole run.

`interval` 2 roughly halves the arithmetic of a picture of many steps. The picture changes a little; at interval 1 nothing
does. Written for the UNets of SD 1.5 and SDXL as diffusers has them, with ControlNet residuals and adapters.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

LEAST_STEPS = 8
"""With fewer steps than this every one says something new, and all are run whole."""


@dataclass(kw_only=True, slots=True)
class Kept:
    """`deep` (n, c, h, w): what arrived at the last layers in the last whole run. `rows`: of that run's input. `spared`: how
    many of the `calls` ran the outermost layers only.
    """

    deep: Any = None
    rows: int = 0
    calls: int = 0
    spared: int = 0


@contextmanager
def deep_cache(unet: Any, *, interval: int, steps: int) -> Iterator[Kept]:
    """Within, only every `interval`th call of `unet` runs it whole. For one picture, or several painted side by side."""
    kept = Kept()
    if interval <= 1 or steps < LEAST_STEPS:
        yield kept
        return
    last = unet.up_blocks[-1].resnets[-1]

    def see(_layer: Any, inputs: tuple[Any, ...]) -> None:
        kept.deep = inputs[0][:, : inputs[0].shape[1] - unet.conv_in.out_channels]

    whole, own = unet.forward, unet.__dict__.get("forward")

    def forward(sample: Any, timestep: Any, encoder_hidden_states: Any, **more: Any) -> Any:
        number, kept.calls = kept.calls, kept.calls + 1
        if number % interval == 0 or kept.rows != sample.shape[0] or not understands(more):
            handle = last.register_forward_pre_hook(see)
            try:
                kept.rows = sample.shape[0]
                return whole(sample, timestep, encoder_hidden_states, **more)
            finally:
                handle.remove()
        kept.spared += 1
        return shallow(unet, kept.deep, sample, timestep, encoder_hidden_states, more)

    unet.forward = forward
    try:
        yield kept
    finally:
        kept.deep = None
        if own is None:
            del unet.forward
        else:
            unet.forward = own


HANDLED = {
    "timestep_cond",
    "cross_attention_kwargs",
    "added_cond_kwargs",
    "down_block_additional_residuals",
    "mid_block_additional_residual",
    "return_dict",
}


def understands(more: dict[str, Any]) -> bool:
    """Whether the pipeline asks for nothing but what `shallow` does."""
    return all(value is None or name in HANDLED for name, value in more.items()) and not more.get("return_dict", True)


def shallow(unet: Any, deep: Any, sample: Any, timestep: Any, text: Any, more: dict[str, Any]) -> tuple[Any]:
    """The first and the last layers of UNet2DConditionModel.forward, with `deep` for everything between them."""
    import torch

    added = more.get("added_cond_kwargs")
    emb = unet.time_embedding(unet.get_time_embed(sample=sample, timestep=timestep), more.get("timestep_cond"))
    extra = unet.get_aug_embed(emb=emb, encoder_hidden_states=text, added_cond_kwargs=added)
    emb = emb if extra is None else emb + extra
    if unet.time_embed_act is not None:
        emb = unet.time_embed_act(emb)
    skip = unet.conv_in(sample)
    residuals = more.get("down_block_additional_residuals")
    if residuals is not None:
        skip = skip + residuals[0]
    block = unet.up_blocks[-1]
    hidden = block.resnets[-1](torch.cat([deep, skip], dim=1), emb)
    if getattr(block, "has_cross_attention", False):
        hidden = block.attentions[-1](
            hidden,
            encoder_hidden_states=unet.process_encoder_hidden_states(
                encoder_hidden_states=text, added_cond_kwargs=added
            ),
            cross_attention_kwargs=more.get("cross_attention_kwargs"),
            return_dict=False,
        )[0]
    if unet.conv_norm_out:
        hidden = unet.conv_act(unet.conv_norm_out(hidden))
    return (unet.conv_out(hidden),)
