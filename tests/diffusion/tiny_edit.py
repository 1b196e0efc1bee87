"""Small, randomly initialised models of the real classes that edit by instruction, written as publishers lay them out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stylize.geometry import Size
from stylize.models import Pixels, Plan
from tests.diffusion import tiny

SIZE = Size(width=64, height=96)
WORDS = "Turn the person into a clay figure. Keep the face, short hair. Change nothing else."

FAMILIES = ("flux2-klein", "qwen-image-edit")
PIPELINES = {"flux2-klein": "Flux2KleinPipeline", "qwen-image-edit": "QwenImageEditPlusPipeline"}

SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def qwen_tokenizer() -> Any:
    """A Qwen tokenizer that knows the 256 bytes, a few common pairs, and the signs that its models are steered with."""
    from transformers import Qwen2Tokenizer

    from stylize.engines.diffusion.tokenizer import byte_alphabet

    merges = [("e", "r"), ("t", "h"), ("a", "n"), ("i", "n"), ("th", "e")]
    words = [*byte_alphabet(), *(left + right for left, right in merges)]
    tokenizer = Qwen2Tokenizer(vocab={word: number for number, word in enumerate(words)}, merges=merges)
    tokenizer.add_special_tokens({"additional_special_tokens": list(SPECIAL)})
    tokenizer.chat_template = CHAT
    return tokenizer


def make_klein(tokenizer: Any) -> Any:
    import diffusers
    import transformers

    transformer = diffusers.Flux2Transformer2DModel(
        in_channels=32,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=3 * 16,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=False,
    )
    vae = diffusers.AutoencoderKLFlux2(
        block_out_channels=(8, 8, 16, 16),
        latent_channels=8,
        norm_num_groups=4,
        layers_per_block=1,
        sample_size=64,
    )
    # Trained ones have seen pictures; a fresh one would leave its latents as they are.
    vae.bn.running_mean.normal_(0, 0.1)
    vae.bn.running_var.uniform_(0.5, 2.0)
    text_encoder = transformers.Qwen3ForCausalLM(
        transformers.Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=28,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=8,
            tie_word_embeddings=True,
        )
    )
    return diffusers.Flux2KleinPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        transformer=transformer,
        is_distilled=True,
    )


def make_qwen(tokenizer: Any) -> Any:
    import diffusers
    import transformers

    transformer = diffusers.QwenImageTransformer2DModel(
        in_channels=16,
        out_channels=4,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=16,
        axes_dims_rope=(4, 6, 6),
    )
    vae = diffusers.AutoencoderKLQwenImage(
        base_dim=8, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, latents_mean=[0.1] * 4, latents_std=[1.5] * 4
    )
    ids = {sign.strip("<|>"): tokenizer.convert_tokens_to_ids(sign) for sign in SPECIAL}
    text_encoder = transformers.Qwen2_5_VLForConditionalGeneration(
        transformers.Qwen2_5_VLConfig(
            text_config={
                "vocab_size": len(tokenizer),
                "hidden_size": 16,
                "intermediate_size": 24,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "num_key_value_heads": 1,
                "rope_scaling": {"type": "default", "mrope_section": [1, 1, 2], "rope_type": "default"},
            },
            vision_config={
                "depth": 2,
                "hidden_size": 16,
                "intermediate_size": 24,
                "num_heads": 2,
                "out_hidden_size": 16,
                "patch_size": 14,
                "fullatt_block_indexes": [1],
            },
            image_token_id=ids["image_pad"],
            video_token_id=ids["video_pad"],
            vision_start_token_id=ids["vision_start"],
            vision_end_token_id=ids["vision_end"],
            vision_token_id=ids["vision_pad"],
        )
    )
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    from stylize.engines.diffusion.edit_processor import PictureProcessor

    processor = PictureProcessor(image_processor=Qwen2VLImageProcessorPil(), tokenizer=tokenizer)
    return diffusers.QwenImageEditPlusPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        processor=processor,
        transformer=transformer,
    )


def write_folder(folder: Path, family: str, *, seed: int = 0, shard: str = "60KB") -> Path:
    """A diffusers folder, its transformer and text encoder in shards."""
    import torch

    tiny.use_one_thread()
    tiny.quieten()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        make = make_klein if family == "flux2-klein" else make_qwen
        pipeline = make(qwen_tokenizer())
    pipeline.save_pretrained(folder, safe_serialization=True, max_shard_size=shard)
    if "processor" in pipeline.components:
        lay_out_processor(folder, pipeline.processor)
    return folder


def lay_out_processor(folder: Path, processor: Any) -> None:
    """As published: settings and tokenizer in separate files, and the library's own class named."""
    tiny.remove(folder / "processor")
    processor.image_processor.save_pretrained(folder / "processor")
    processor.tokenizer.save_pretrained(folder / "processor")
    index = json.loads((folder / "model_index.json").read_text())
    index["processor"] = ["transformers", "Qwen2VLProcessor"]
    (folder / "model_index.json").write_text(json.dumps(index))


def plain_pipeline(folder: Path, family: str, dtype: str = "float32") -> Any:
    """The same folder as plain diffusers loads it."""
    import diffusers
    import torch

    tiny.quieten()
    given = {}
    if family == "qwen-image-edit":
        from stylize.engines.diffusion.edit_processor import load_processor

        given["processor"] = load_processor(folder / "processor")
    pipeline = getattr(diffusers, PIPELINES[family]).from_pretrained(
        str(folder), local_files_only=True, dtype=getattr(torch, dtype), **given
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def edit_plan(**more: Any) -> Plan:
    plan = tiny.make_plan(
        size=more.pop("size", SIZE),
        seed=more.pop("seed", 7),
        prompt=WORDS,
        strength=1.0,
        scheduler="",
        num_inference_steps=3,
        guidance_scale=more.pop("guidance_scale", 1.0),
        negative_prompt=more.pop("negative_prompt", ""),
        loras=more.pop("loras", ()),
    )
    assert plan.denoise is not None
    return replace(plan, denoise=replace(plan.denoise, **more))


def paint_plainly(pipeline: Any, family: str, plan: Plan, images: list[Any]) -> Pixels:
    import torch

    denoise = plan.denoise
    assert denoise is not None
    if family == "flux2-klein":
        more = {"guidance_scale": denoise.guidance_scale}
    else:
        negative = (denoise.negative_prompt or " ") if denoise.guidance_scale > 1 else None
        more = {"true_cfg_scale": denoise.guidance_scale, "negative_prompt": negative}
    image = pipeline(
        image=images,
        prompt=denoise.prompt,
        width=plan.size.width,
        height=plan.size.height,
        num_inference_steps=denoise.num_inference_steps,
        generator=torch.Generator("cpu").manual_seed(plan.seed),
        output_type="np",
        **more,
    ).images[0]
    return (image * 255).round().astype(np.uint8)
