"""Diffusers parts → the tensor names of an original one-file Stable Diffusion checkpoint.

The names are those of the published SD 1.5 and SDXL files. Works for any width of the networks.
"""

from __future__ import annotations

import re
from typing import Any

RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
UNET_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
BIG_G = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}


def to_original(pipeline: Any) -> dict[str, Any]:
    """All tensors of an SD 1.5 or SDXL pipeline under their original names, contiguous, and the ones that published
    files carry besides.
    """
    tensors = {f"model.diffusion_model.{k}": v for k, v in unet_tensors(pipeline.unet).items()}
    tensors |= {f"first_stage_model.{k}": v for k, v in vae_tensors(pipeline.vae).items()}
    second = getattr(pipeline, "text_encoder_2", None)
    clip_l = "conditioner.embedders.0.transformer." if second is not None else "cond_stage_model.transformer."
    for name, tensor in pipeline.text_encoder.state_dict().items():
        tensors[f"{clip_l}text_model.{name.removeprefix('text_model.')}"] = tensor
    if second is not None:
        tensors |= {f"conditioner.embedders.1.model.{k}": v for k, v in big_g_tensors(second).items()}
    return {name: tensor.clone().contiguous() for name, tensor in (tensors | besides(clip_l)).items()}


def besides(clip_l: str) -> dict[str, Any]:
    """What no part of a pipeline wants, but published files have: training's noise table and old buffers."""
    import torch

    extra: dict[str, Any] = {f"{clip_l}text_model.embeddings.position_ids": torch.arange(77)[None]}
    if clip_l.startswith("cond"):
        return extra | {"alphas_cumprod": torch.ones(1000), "model_ema.decay": torch.ones(())}
    return extra | {"denoiser.sigmas": torch.ones(1000), "conditioner.embedders.1.model.logit_scale": torch.ones(())}


def unet_tensors(unet: Any) -> dict[str, Any]:
    blocks = unet.config.layers_per_block
    attentive_up = [kind.startswith("CrossAttn") for kind in unet.config.up_block_types]

    def resnet(name: str) -> str:
        first, rest = name.split(".", 1)
        return f"{RESNET[first]}.{rest}"

    def rename(name: str) -> str:
        for ours, theirs in UNET_ENDS.items():
            if name.startswith(ours + "."):
                return theirs + name[len(ours) :]
        if m := re.fullmatch(r"mid_block\.(resnets|attentions)\.(\d)\.(.+)", name):
            if m[1] == "attentions":
                return f"middle_block.1.{m[3]}"
            return f"middle_block.{int(m[2]) * 2}.{resnet(m[3])}"
        if m := re.fullmatch(r"down_blocks\.(\d)\.(resnets|attentions)\.(\d)\.(.+)", name):
            place = (blocks + 1) * int(m[1]) + int(m[3]) + 1
            return (
                f"input_blocks.{place}.1.{m[4]}" if m[2] == "attentions" else f"input_blocks.{place}.0.{resnet(m[4])}"
            )
        if m := re.fullmatch(r"up_blocks\.(\d)\.(resnets|attentions)\.(\d)\.(.+)", name):
            place = (blocks + 1) * int(m[1]) + int(m[3])
            if m[2] == "attentions":
                return f"output_blocks.{place}.1.{m[4]}"
            return f"output_blocks.{place}.0.{resnet(m[4])}"
        if m := re.fullmatch(r"down_blocks\.(\d)\.downsamplers\.0\.conv\.(.+)", name):
            return f"input_blocks.{(blocks + 1) * (int(m[1]) + 1)}.0.op.{m[2]}"
        if m := re.fullmatch(r"up_blocks\.(\d)\.upsamplers\.0\.conv\.(.+)", name):
            place = (blocks + 1) * int(m[1]) + blocks
            return f"output_blocks.{place}.{2 if attentive_up[int(m[1])] else 1}.conv.{m[2]}"
        raise KeyError(name)

    return {rename(name): tensor for name, tensor in unet.state_dict().items()}


def vae_tensors(vae: Any) -> dict[str, Any]:
    levels = len(vae.config.block_out_channels)
    attention = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}

    def rename(name: str) -> str:
        name = name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
        name = re.sub(r"down_blocks\.(\d)\.resnets\.(\d)", r"down.\1.block.\2", name)
        name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
        name = re.sub(
            r"up_blocks\.(\d)\.(resnets|upsamplers)\.(\d)",
            lambda m: f"up.{levels - 1 - int(m[1])}." + (f"block.{m[3]}" if m[2] == "resnets" else "upsample"),
            name,
        )
        name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
        if ".mid_block.attentions.0." in name:
            head, tail = name.split(".mid_block.attentions.0.")
            part, kind = tail.rsplit(".", 1)
            name = f"{head}.mid.attn_1.{attention[part]}.{kind}"
        return name

    def reshape(name: str, tensor: Any) -> Any:
        linear = ".mid.attn_1." in name and name.endswith(".weight") and tensor.ndim == 2
        return tensor[:, :, None, None] if linear else tensor

    renamed = {rename(name): tensor for name, tensor in vae.state_dict().items()}
    return {name: reshape(name, tensor) for name, tensor in renamed.items()}


def big_g_tensors(encoder: Any) -> dict[str, Any]:
    import torch

    state = encoder.state_dict()
    out: dict[str, Any] = {}
    for name, tensor in state.items():
        if name == "text_projection.weight":
            out["text_projection"] = tensor.T
        elif name.endswith("embeddings.token_embedding.weight"):
            out["token_embedding.weight"] = tensor
        elif name.endswith("embeddings.position_embedding.weight"):
            out["positional_embedding"] = tensor
        elif ".final_layer_norm." in name:
            out[f"ln_final.{name.rsplit('.', 1)[1]}"] = tensor
        elif m := re.fullmatch(r"text_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)", name):
            if m[2] in BIG_G:
                out[f"transformer.resblocks.{m[1]}.{BIG_G[m[2]]}.{m[3]}"] = tensor
            elif m[2] == "self_attn.q_proj":
                three = [state[name.replace("q_proj", f"{letter}_proj")] for letter in "qkv"]
                out[f"transformer.resblocks.{m[1]}.attn.in_proj_{m[3]}"] = torch.cat(three)
        elif not name.endswith("position_ids"):
            raise KeyError(name)
    return out
