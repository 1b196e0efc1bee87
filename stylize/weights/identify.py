"""Which model is this? Told from the names and shapes of its tensors, before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from stylize.errors import WeightsDamaged, WeightsUnknownFamily
from stylize.weights.header import Tensor


class Family(StrEnum):
    """The families that the diffusion engine drives."""

    SD15 = "sd15"
    SDXL = "sdxl"
    FLUX2_KLEIN = "flux2-klein"
    QWEN_IMAGE_EDIT = "qwen-image-edit"


Header = Mapping[str, Tensor]

UNET = "model.diffusion_model."
VAE = "first_stage_model."
CLIP_SD15 = "cond_stage_model.transformer.text_model."
CLIP_SD2 = "cond_stage_model.model."
CLIP_SDXL_L = "conditioner.embedders.0.transformer.text_model."
CLIP_SDXL_G = "conditioner.embedders.1.model."
CLIP_REFINER = "conditioner.embedders.0.model."

PARTS: Mapping[Family, Mapping[str, str]] = {
    Family.SD15: {"unet": UNET, "vae": VAE, "text_encoder": CLIP_SD15},
    Family.SDXL: {"unet": UNET, "vae": VAE, "text_encoder": CLIP_SDXL_L, "text_encoder_2": CLIP_SDXL_G},
}
"""Component names of diffusers, and how their tensors begin in the original one-file layout."""

SD2_CROSS_ATTENTION = 1024

OTHERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("joint_blocks.",), "this is Stable Diffusion 3"),
    (("double_blocks.", "double_stream_modulation", "single_transformer_blocks."), "this is a FLUX model"),
    (("lora_down.", "lora_up.", ".lora_A.", ".lora_B.", "lora_unet_", "lora_te_", ".lora.down", "hada_w1"),
     "this is a LoRA, which belongs into the folder loras"),
    (("control_model.", "controlnet_cond_embedding."), "this is a ControlNet"),
    (("ip_adapter.", "image_proj."), "this is an IP-Adapter"),
    (("motion_modules.",), "this is a motion module"),
    (("emb_params", "string_to_param", "clip_l", "clip_g"), "this is a textual inversion"),
)  # fmt: skip
"""Marks in tensor names of files that people also have, and what they are."""


def identify_checkpoint(header: Header) -> Family:
    """Family of a one-file checkpoint in the original layout.

    Raises WeightsUnknownFamily with what was found instead, WeightsDamaged where a part is there but torn.
    """
    if not any(name.startswith(UNET + "input_blocks.") for name in header):
        raise WeightsUnknownFamily(found=name_other(header))
    check_unet_input(header.get(UNET + "input_blocks.0.0.weight"))
    if has(header, CLIP_REFINER) and not has(header, CLIP_SDXL_L):
        raise WeightsUnknownFamily(found="this is the SDXL refiner, not the base model")
    if has(header, CLIP_SD2):
        raise WeightsUnknownFamily(found="this is Stable Diffusion 2")
    family = Family.SDXL if has(header, UNET + "label_emb.") else Family.SD15
    for part, prefix in PARTS[family].items():
        if not has(header, prefix):
            raise WeightsUnknownFamily(found=f"the {part} is missing from the file, it is only part of a model")
    check_cross_attention({name: t for name, t in header.items() if name.startswith(UNET)})
    return family


def check_unet_input(first: Tensor | None) -> None:
    """The UNet must take the four channels of a plain latent picture."""
    if first is None or len(first.shape) != 4:
        raise WeightsDamaged(what="the first layer of the unet is missing")
    channels = first.shape[1]
    if channels == 9:
        raise WeightsUnknownFamily(found="this is an inpainting model (9 input channels)")
    if channels == 8:
        raise WeightsUnknownFamily(found="this is an instruction editing model (8 input channels)")
    if channels != 4:
        raise WeightsUnknownFamily(found=f"its unet takes {channels} input channels, not 4")


def check_cross_attention(unet: Header) -> None:
    """The width of the text that the UNet listens to tells 2.x from 1.5."""
    for name, tensor in unet.items():
        if name.endswith("attn2.to_k.weight") and tensor.shape[-1] == SD2_CROSS_ATTENTION:
            raise WeightsUnknownFamily(found="this is Stable Diffusion 2")


def name_other(header: Header) -> str:
    """What a file that is no checkpoint of ours seems to be, as the middle of a sentence."""
    for marks, found in OTHERS:
        if any(mark in name for name in header for mark in marks):
            return found
    if has(header, "decoder.") and has(header, "encoder."):
        return "this is a VAE alone"
    if has(header, "down_blocks.") and has(header, "up_blocks."):
        return "this is a unet alone"
    if has(header, "text_model.") or has(header, "transformer.resblocks."):
        return "this is a text encoder alone"
    return "this is no Stable Diffusion checkpoint"


def predicts_velocity(header: Header) -> bool:
    """SDXL fine-tunes trained on velocity carry an empty tensor named v_pred."""
    return "v_pred" in header


def has(header: Header, prefix: str) -> bool:
    return any(name.startswith(prefix) for name in header)


def count_parameters(header: Header, family: Family) -> dict[str, int]:
    """Parameters by component."""
    return {
        part: sum(tensor.count for name, tensor in header.items() if name.startswith(prefix))
        for part, prefix in PARTS[family].items()
    }
