"""Small, random IP-Adapters and ControlNets in the layouts in which their makers publish them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from stylize.models import Control, Lora, Plan
from tests.diffusion import tiny

IMAGE_WIDTH = 32
HINT = (8, 8, 8, 16)
"""Channels of the little net that takes a ControlNet's picture down to the size of the latents, in four levels as usual."""

UNION_KEYS = (
    "flip_sin_to_cos", "freq_shift", "down_block_types", "block_out_channels", "layers_per_block", "norm_num_groups",
    "cross_attention_dim", "transformer_layers_per_block", "attention_head_dim", "use_linear_projection",
    "addition_embed_type", "addition_time_embed_dim", "projection_class_embeddings_input_dim",
    "conditioning_embedding_out_channels",
)  # fmt: skip


def write_ip_adapter(path: Path, unet: Any, *, seed: int = 3, tokens: int = 4) -> Path:
    """A "plus" adapter as in h94/IP-Adapter: a resampler over the encoder's patches, a key and a value for each of the
    UNet's cross-attentions, numbered 1, 3, 5, …
    """
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> Any:
        return torch.randn(*shape, generator=generator) * 0.3

    hidden, width = 64, unet.config.cross_attention_dim
    tensors: dict[str, Any] = {
        "image_proj.latents": random(1, tokens, hidden),
        "image_proj.proj_in.weight": random(hidden, IMAGE_WIDTH),
        "image_proj.proj_in.bias": random(hidden),
        "image_proj.proj_out.weight": random(width, hidden),
        "image_proj.proj_out.bias": random(width),
        "image_proj.norm_out.weight": torch.ones(width),
        "image_proj.norm_out.bias": torch.zeros(width),
    }
    for layer in range(4):  # as many as diffusers builds
        name = f"image_proj.layers.{layer}"
        for norm in ("0.norm1", "0.norm2", "1.0"):
            tensors |= {f"{name}.{norm}.weight": torch.ones(hidden), f"{name}.{norm}.bias": torch.zeros(hidden)}
        tensors |= {
            f"{name}.0.to_q.weight": random(hidden, hidden),
            f"{name}.0.to_kv.weight": random(2 * hidden, hidden),
            f"{name}.0.to_out.weight": random(hidden, hidden),
            f"{name}.1.1.weight": random(4 * hidden, hidden),
            f"{name}.1.3.weight": random(hidden, 4 * hidden),
        }
    number = 1
    for name in unet.attn_processors:
        if name.endswith("attn2.processor"):
            module = unet.get_submodule(name.removesuffix(".processor"))
            for part in ("to_k_ip", "to_v_ip"):
                tensors[f"ip_adapter.{number}.{part}.weight"] = random(module.to_k.out_features, width)
            number += 2
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(path))
    return path


def write_image_encoder(folder: Path, *, seed: int = 4) -> Path:
    """config.json and model.safetensors, as in h94/IP-Adapter/models/image_encoder."""
    import torch
    import transformers

    config = transformers.CLIPVisionConfig(
        hidden_size=IMAGE_WIDTH,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=3,
        projection_dim=IMAGE_WIDTH,
        image_size=32,
        patch_size=8,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        transformers.CLIPVisionModelWithProjection(config).eval().save_pretrained(folder)
    return folder


def write_controlnet(folder: Path, unet: Any, *, seed: int = 5, union: bool = False) -> Path:
    """A diffusers folder; its zero convolutions are given numbers, else it would say nothing. `union`: for SDXL, one net
    for several kinds of pictures.
    """
    import diffusers
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = diffusers.ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=HINT)
        if union:
            own = {name: value for name, value in net.config.items() if name in UNION_KEYS}
            wide = own["block_out_channels"][0]
            net = diffusers.ControlNetUnionModel(**own, num_trans_channel=wide, num_trans_head=2, num_proj_channel=wide)
        for name, parameter in net.named_parameters():
            if name.startswith(("controlnet_", "spatial_ch_projs")):
                torch.nn.init.normal_(parameter, std=0.1)
    net.save_pretrained(folder)
    return folder


def write_original_controlnet(path: Path, folder: Path) -> Path:
    """The ControlNet of `folder` as one file in the layout of its makers (lllyasviel/ControlNet): what SD 1.5 users of
    the big general programs have.
    """
    from types import SimpleNamespace

    import diffusers
    from safetensors.torch import save_file

    from tests.diffusion.original_layout import unet_tensors

    net = diffusers.ControlNetModel.from_pretrained(folder)
    state = net.state_dict()
    own = {name: tensor for name, tensor in state.items() if not name.startswith("controlnet_")}
    config = SimpleNamespace(layers_per_block=net.config.layers_per_block, up_block_types=())
    tensors = unet_tensors(SimpleNamespace(config=config, state_dict=lambda: own))
    hints = ["conv_in", *(f"blocks.{n}" for n in range(2 * len(HINT) - 2)), "conv_out"]
    for name, tensor in state.items():
        head, _, kind = name.rpartition(".")
        if head.startswith("controlnet_cond_embedding."):
            tensors[f"input_hint_block.{2 * hints.index(head.split('.', 1)[1])}.{kind}"] = tensor
        elif head.startswith("controlnet_down_blocks."):
            tensors[f"zero_convs.{head.rsplit('.', 1)[1]}.0.{kind}"] = tensor
        elif head == "controlnet_mid_block":
            tensors[f"middle_block_out.0.{kind}"] = tensor
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({f"control_model.{name}": tensor.clone().contiguous() for name, tensor in tensors.items()}, str(path))
    return path


# ---------------------------------------------------------------- plans to go with them

DEPTH = Control(kind="depth", drawn_from="subject", scale=0.7, start=0.0, end=0.8)
SOFTEDGE = Control(kind="softedge", drawn_from="subject", scale=0.9)
CANNY = Control(kind="canny", drawn_from="subject", scale=0.6, start=0.2)


def guided_plan(
    *, adapter: float = 0.0, control: Control | None = None, loras: tuple[Lora, ...] = (), **more: Any
) -> Plan:
    plan = tiny.make_plan(**{"num_inference_steps": 4, "strength": 0.75, **more})
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, ip_adapter_scale=adapter, control=control, loras=loras))
