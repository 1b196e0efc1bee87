"""Prompts as the UNet hears them: worked out once by the pipeline's own method, then remembered."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from stylize.engines.diffusion.recall import Recall
from stylize.models import Denoise

SD15_NAMES = ("prompt_embeds", "negative_prompt_embeds")
SDXL_NAMES = (*SD15_NAMES, "pooled_prompt_embeds", "negative_pooled_prompt_embeds")


def wording(pipeline: Any, denoise: Denoise, recall: Recall, *, device: str, worn: tuple[str, ...]) -> dict[str, Any]:
    """The arguments that stand for prompt and negative_prompt in a call: embeddings (1, tokens, width), and for SDXL
    pooled ones (1, width). `worn`: the digests of the LoRAs that are on, which may have changed the text encoders.
    """
    import torch

    guided = is_guided(pipeline, denoise)
    negative = denoise.negative_prompt or None
    scales = tuple(lora.scale for lora in denoise.loras)
    key: Hashable = (denoise.prompt, negative if guided else None, guided, worn, scales)
    names = SDXL_NAMES if hasattr(pipeline, "text_encoder_2") else SD15_NAMES
    known = recall.get(key)
    if known is None:
        with torch.no_grad():
            known = pipeline.encode_prompt(
                prompt=denoise.prompt,
                device=torch.device(device),
                num_images_per_prompt=1,
                do_classifier_free_guidance=guided,
                negative_prompt=negative,
            )
        recall.put(key, tuple(tensor for tensor in known if tensor is not None))
    present = (name for name in names if guided or not name.startswith("negative"))
    return dict(zip(present, (tensor for tensor in known if tensor is not None), strict=True))


def is_guided(pipeline: Any, denoise: Denoise) -> bool:
    """Whether the negative prompt is heard: then the UNet works on two rows for each picture, else on one."""
    return bool(denoise.guidance_scale > 1 and pipeline.unet.config.time_cond_proj_dim is None)
