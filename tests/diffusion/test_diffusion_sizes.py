"""The catalog's sizes, which nobody here has downloaded, are those of the architectures they belong to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stylize.engines.diffusion.families import config_folder
from stylize.weights import Family
from stylize.weights.catalog import catalog

LARGEST_HEADER_BYTES = 500_000
"""The table of contents of a .safetensors file: some tens of kilobytes, four hundred for a whole SDXL."""


def carried(family: Family, part: str) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((Path(config_folder(family)) / part / "config.json").read_text())
    return config


def unet(family: Family) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel.from_config(carried(family, "unet"))


def vae() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL.from_config(carried(Family.SD15, "vae"))


def text(family: Family, part: str) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    kind = CLIPTextModelWithProjection if part == "text_encoder_2" else CLIPTextModel
    return kind(CLIPTextConfig(**carried(family, part)))


def vision() -> Any:
    """CLIP ViT-H of laion2B, as its card says it."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    size = {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 16}
    return CLIPVisionModelWithProjection(CLIPVisionConfig(**size, patch_size=14, projection_dim=1024))


def controlnet() -> Any:
    from diffusers import ControlNetModel

    return ControlNetModel(cross_attention_dim=768)


def klein() -> Any:
    from diffusers import Flux2Transformer2DModel

    shape = {"num_layers": 5, "num_single_layers": 20, "num_attention_heads": 24, "joint_attention_dim": 7680}
    return Flux2Transformer2DModel(**shape, guidance_embeds=False)


def qwen() -> Any:
    from diffusers import QwenImageTransformer2DModel

    return QwenImageTransformer2DModel()


CASES: dict[str, tuple[str, str, int, tuple[Callable[[], Any], ...]]] = {
    "SD 1.5 unet": ("sd15", "unet/", 2, (lambda: unet(Family.SD15),)),
    "SD 1.5 vae": ("sd15", "vae/", 2, (vae,)),
    "SD 1.5 text encoder": ("sd15", "text_encoder/", 2, (lambda: text(Family.SD15, "text_encoder"),)),
    "SDXL in one file": (
        "sdxl", "", 2,
        (lambda: unet(Family.SDXL), vae, lambda: text(Family.SDXL, "text_encoder"), lambda: text(Family.SDXL, "text_encoder_2")),
    ),
    "SDXL vae": ("vae-sdxl", "", 4, (vae,)),
    "image encoder": ("image-encoder", "", 4, (vision,)),
    "ControlNet": ("depth-sd15", "", 2, (controlnet,)),
    "FLUX.2 klein": ("flux2-klein", "transformer/", 2, (klein,)),
    "Qwen-Image-Edit": ("qwen-image-edit", "transformer/", 2, (qwen,)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_size_is_the_parameters_and_a_table_of_contents(case: str) -> None:
    import torch

    slug, below, bytes_each, makers = CASES[case]
    files = [file for file in catalog().parts[slug].files if file.path.endswith(".safetensors") and below in file.path]
    with torch.device("meta"):
        parameters = sum(parameter.numel() for make in makers for parameter in make().parameters())
    listed = sum(file.likely_bytes for file in files)
    assert 0 <= listed - parameters * bytes_each <= LARGEST_HEADER_BYTES
