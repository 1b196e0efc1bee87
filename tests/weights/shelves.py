"""Weights as other programs keep them, made by hand: right names and shapes, a few bytes of zeros."""

from __future__ import annotations

import json
from pathlib import Path

from stylize.weights.bring import bring
from stylize.weights.kinds import recognise
from stylize.weights.lock import Installed
from tests.weights.fetching import tensors

UNET = "model.diffusion_model."
K = "transformer_blocks.0.attn2.to_k"


def checkpoint(*, xl: bool = False, fill: int = 0) -> bytes:
    width = 2048 if xl else 768
    shapes: list[tuple[str, tuple[int, ...]]] = [
        (f"{UNET}input_blocks.0.0.weight", (320, 4, 3, 3)),
        (f"{UNET}input_blocks.4.1.{K}.weight", (4, width)),
        ("first_stage_model.decoder.conv_in.weight", (512, 4, 3, 3)),
    ]
    if xl:
        shapes += [
            (f"{UNET}label_emb.0.0.weight", (4, 2816)),
            ("conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight", (4, 768)),
            ("conditioner.embedders.1.model.token_embedding.weight", (4, 1280)),
        ]
    else:
        shapes.append(("cond_stage_model.transformer.text_model.embeddings.token_embedding.weight", (4, 768)))
    return tensors(*shapes, fill=fill)


def lora(width: int = 768) -> bytes:
    return tensors((f"lora_unet_down_blocks_0_attentions_0_{K.replace('.', '_')}.lora_down.weight", (4, width)))


def peft_lora(width: int = 768) -> bytes:
    return tensors((f"unet.down_blocks.0.attentions.0.{K}.lora_A.weight", (4, width)))


def edit_lora(block: str) -> bytes:
    return tensors((f"{block}.lora_A.weight", (4, 8)))


def controlnet(width: int = 768) -> bytes:
    return tensors(
        ("controlnet_cond_embedding.conv_in.weight", (16, 3, 3, 3)), (f"down_blocks.0.{K}.weight", (4, width))
    )


def old_controlnet(width: int = 768) -> bytes:
    return tensors(
        ("control_model.input_hint_block.0.weight", (16, 3)), (f"control_model.input_blocks.1.1.{K}.weight", (4, width))
    )


def ip_adapter(width: int = 768) -> bytes:
    return tensors(("image_proj.latents", (1, 16)), ("ip_adapter.1.to_k_ip.weight", (320, width)))


def image_encoder(width: int = 1280) -> bytes:
    return tensors(("vision_model.embeddings.patch_embedding.weight", (width, 3, 2, 2)))


def vae(channels: int = 4) -> bytes:
    return tensors(("encoder.conv_in.weight", (8, 3, 3, 3)), ("decoder.conv_in.weight", (8, channels, 3, 3)))


def tiny_vae() -> bytes:
    return tensors(("encoder.layers.0.weight", (4, 4)), ("decoder.layers.0.weight", (4, 4)))


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def diffusers_folder(folder: Path) -> Path:
    """Stable Diffusion 1.5 in the layout of diffusers."""
    index = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "scheduler": ["diffusers", "PNDMScheduler"],
    }
    put(folder / "model_index.json", json.dumps(index).encode())
    for name in ("scheduler/scheduler_config", "unet/config", "vae/config", "text_encoder/config", "tokenizer/vocab"):
        put(folder / f"{name}.json", b"{}")
    put(folder / "tokenizer" / "merges.txt", b"")
    unet = tensors(("conv_in.weight", (320, 4, 3, 3)), (f"down_blocks.0.{K}.weight", (4, 768)))
    put(folder / "unet" / "diffusion_pytorch_model.safetensors", unet)
    put(folder / "vae" / "diffusion_pytorch_model.safetensors", vae())
    put(folder / "text_encoder" / "model.safetensors", tensors(("text_model.a", (2, 2))))
    put(folder / "README.md", b"# not needed")
    put(folder / "unet" / "diffusion_pytorch_model.bin", b"a pickle beside it")
    return folder


def editor_folder(folder: Path) -> Path:
    """FLUX.2 klein in the layout of diffusers, its text encoder in two pieces, and a program that nobody asked for."""
    index = {
        "_class_name": "Flux2KleinPipeline",
        "is_distilled": True,
        "transformer": ["diffusers", "Flux2Transformer2DModel"],
        "vae": ["diffusers", "AutoencoderKLFlux2"],
        "text_encoder": ["transformers", "Qwen3ForCausalLM"],
        "tokenizer": ["transformers", "Qwen2TokenizerFast"],
        "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
    }
    put(folder / "model_index.json", json.dumps(index).encode())
    for name in ("scheduler/scheduler_config", "transformer/config", "vae/config", "text_encoder/config"):
        put(folder / f"{name}.json", b"{}")
    put(folder / "tokenizer" / "tokenizer.json", b"{}")
    inner = (("double_stream_modulation_img.linear.weight", (2, 2)), ("x_embedder.weight", (2, 2)))
    put(folder / "transformer" / "diffusion_pytorch_model.safetensors", tensors(*inner))
    put(folder / "vae" / "diffusion_pytorch_model.safetensors", vae(32))
    pieces = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    put(folder / "text_encoder" / "model.safetensors.index.json", json.dumps({"weight_map": pieces}).encode())
    for key, file in pieces.items():
        put(folder / "text_encoder" / file, tensors((key, (2, 2))))
    put(folder / "run_me.py", b"print('never')")
    return folder


def hub_cache(hub: Path) -> Path:
    """A model in the hub's cache: links to blobs named by their hash. Returns its folder."""
    model = hub / "models--maker--lovely-model"
    snapshot = model / "snapshots" / ("a" * 40)
    source = diffusers_folder(hub.parent / "source")
    for number, path in enumerate(sorted(path for path in source.rglob("*") if path.is_file())):
        blob = put(model / "blobs" / f"{number:064x}", path.read_bytes())
        link = snapshot / path.relative_to(source)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    return model


def a1111(root: Path) -> Path:
    """AUTOMATIC1111 and Forge. Returns the models folder."""
    models = root / "models"
    put(models / "Stable-diffusion" / "juggler.safetensors", checkpoint(xl=True))
    put(models / "Stable-diffusion" / "old.ckpt", b"PK\x03\x04 a pickle")
    put(models / "Lora" / "toys" / "plastic.safetensors", lora())
    put(models / "VAE" / "sdxl_vae.safetensors", vae())
    put(models / "ControlNet" / "control_v11f1p_sd15_depth_fp16.safetensors", old_controlnet())
    return models


def comfyui(root: Path) -> Path:
    """ComfyUI and Fooocus. Returns the models folder."""
    models = root / "models"
    put(models / "checkpoints" / "dreamy.safetensors", checkpoint())
    put(models / "loras" / "lcm-lora-sdv1-5.safetensors", peft_lora())
    put(models / "vae" / "vae-ft-mse.safetensors", vae())
    put(models / "controlnet" / "control_v11p_sd15_softedge.safetensors", controlnet())
    put(models / "ipadapter" / "ip-adapter-plus-face_sd15.safetensors", ip_adapter())
    put(models / "clip_vision" / "CLIP-ViT-H-14.safetensors", image_encoder())
    put(models / "upscale_models" / "4x.pth", b"\x80\x02 a pickle")
    put(models / "text_encoders" / "t5.safetensors", tensors(("encoder.block.0.weight", (2, 2))))
    return models


def take(place: Path, home: Path, *, copy: bool = False) -> Installed:
    """Import one thing into a weights folder."""
    return bring(recognise(place), home, copy=copy, hear=lambda done, total: None)
