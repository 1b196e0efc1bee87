"""Small, randomly initialised Stable Diffusion models of the real classes, for running the engine for real.

`write_folder(path, "sd15")` and `write_checkpoint(path, "sd15")` give weights that `DiffusionEngine(path)` takes (a
checkpoint needs `tiny_config` as its configuration, since the carried one describes the real sizes).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from stylize.privacy import lock_down

lock_down()

from stylize.engines.diffusion.families import config_folder  # noqa: E402
from stylize.engines.diffusion.tokenizer import build_tokenizer, read_merges, vocabulary  # noqa: E402
from stylize.geometry import Size  # noqa: E402
from stylize.models import (  # noqa: E402
    Beard,
    Denoise,
    Hair,
    Look,
    Lora,
    Outfit,
    Person,
    Pixels,
    Plan,
    Subject,
)
from stylize.weights import Family  # noqa: E402

SMALL: dict[str, dict[str, Any]] = {
    "unet": {"norm_num_groups": 8, "sample_size": 8},
    "vae": {"block_out_channels": [8, 16, 16, 16], "norm_num_groups": 8, "sample_size": 64},
    "text_encoder": {
        "hidden_size": 32,
        "intermediate_size": 37,
        "num_attention_heads": 4,
        "num_hidden_layers": 3,
        "projection_dim": 32,
    },
}
SMALL_BY_FAMILY: dict[str, dict[str, dict[str, Any]]] = {
    "sd15": {"unet": {"block_out_channels": [16, 16, 32, 32], "attention_head_dim": 2, "cross_attention_dim": 32}},
    "sdxl": {
        "unet": {
            "block_out_channels": [16, 32, 32],
            "attention_head_dim": [2, 2, 4],
            "cross_attention_dim": 80,
            "transformer_layers_per_block": [1, 1, 2],
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 6 * 8 + 48,
        },
        "text_encoder_2": {
            "hidden_size": 48,
            "intermediate_size": 53,
            "num_attention_heads": 4,
            "num_hidden_layers": 3,
            "projection_dim": 48,
        },
    },
}


def tiny_config(folder: Path, family: str) -> Path:
    """The carried configuration of `family`, made small: same structure, few channels."""
    source = config_folder(Family(family))
    for path in source.rglob("*.json"):
        part = path.parent.name
        values = json.loads(path.read_text())
        if path.name != "model_index.json":
            values |= SMALL.get(part, {}) | SMALL_BY_FAMILY[family].get(part, {})
        place = folder / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(values))
    return folder


def make_pipeline(config: Path, *, seed: int = 0) -> Any:
    """A plain diffusers pipeline of random weights after the configuration folder `config`."""
    quieten()
    import diffusers
    import torch
    import transformers

    index = json.loads((config / "model_index.json").read_text())
    kind = getattr(diffusers, index.pop("_class_name"))
    parts: dict[str, Any] = {}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for part, value in index.items():
            if not isinstance(value, list) or value[0] is None:
                continue
            library, name = value
            if "tokenizer" in part:
                parts[part] = build_tokenizer(pad_token="!" if part == "tokenizer_2" else "<|endoftext|>")
            elif library == "diffusers":
                owner = getattr(diffusers, name)
                parts[part] = owner.from_config(owner.load_config(str(config / part)))
            else:
                owner = getattr(transformers, name)
                parts[part] = owner(owner.config_class.from_pretrained(str(config / part)))
    nothing: dict[str, Any] = {"feature_extractor": None, "image_encoder": None}
    if "text_encoder_2" in parts:
        nothing["add_watermarker"] = False
    else:
        nothing |= {"safety_checker": None, "requires_safety_checker": False}
    pipeline = kind(**parts, **nothing)
    pipeline.set_progress_bar_config(disable=True)
    for model in pipeline.components.values():
        if hasattr(model, "eval"):
            model.eval()
    return pipeline


def write_folder(folder: Path, family: str, *, seed: int = 0, variant: str | None = None) -> Path:
    """A diffusers folder as publishers lay it out: tokenizers as vocab.json and merges.txt."""
    use_one_thread()
    pipeline = make_pipeline(tiny_config(folder / "unused", family), seed=seed)
    if variant:
        import torch

        pipeline.to(dtype=torch.float16)
    pipeline.save_pretrained(folder, safe_serialization=True, variant=variant)
    # Saving would write every default out; publishers' files leave them open, and each scheduler has its own.
    source = folder / "unused" / "scheduler" / "scheduler_config.json"
    (folder / "scheduler" / "scheduler_config.json").write_text(source.read_text())
    remove(folder / "unused")
    for part in ("tokenizer", "tokenizer_2"):
        if (folder / part).is_dir():
            (folder / part / "tokenizer.json").unlink()
            write_tokenizer(folder / part)
    return folder


def write_tokenizer(folder: Path) -> None:
    merges = read_merges()
    (folder / "vocab.json").write_text(json.dumps(vocabulary(merges)), encoding="utf-8")
    lines = ["#version: 0.2", *(f"{left} {right}" for left, right in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_checkpoint(path: Path, family: str, *, seed: int = 0) -> Path:
    """One file in the original layout. Its small configuration lies beside it, in `<name>.config`."""
    use_one_thread()
    from safetensors.torch import save_file

    from tests.diffusion.original_layout import to_original

    pipeline = make_pipeline(tiny_config(path.with_suffix(".config"), family), seed=seed)
    save_file(to_original(pipeline), str(path))
    return path


def write_lora(path: Path, pipeline: Any, *, seed: int = 5, rank: int = 4) -> Path:
    """A LoRA for every cross-attention of the unet, with effect (both halves random)."""
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, module in pipeline.unet.named_modules():
        if name.endswith(("attn2.to_q", "attn2.to_k", "attn2.to_v")):
            tensors[f"unet.{name}.lora_A.weight"] = torch.randn(rank, module.in_features, generator=generator)
            tensors[f"unet.{name}.lora_B.weight"] = torch.randn(module.out_features, rank, generator=generator)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(path))
    return path


def use_one_thread() -> None:
    """Nets this small are faster on one thread, above all on a busy machine. For the whole process."""
    import torch

    torch.set_num_threads(1)


def quieten() -> None:
    """No bars and no advice from the libraries."""
    from stylize.engines.diffusion.load import quieten as hush

    hush()


def remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


# ---------------------------------------------------------------- a subject and a plan to go with them

LOOK = Look(
    hair=Hair.SHORT,
    outfit=Outfit.SUIT,
    beard=Beard.NONE,
    glasses=False,
    skin_colour="#c08060",
    hair_colour="#302010",
    iris_colour="#604020",
    lip_colour="#a05050",
    outer_colour="#203050",
    inner_colour="#f0f0f0",
    accent_colour="#a02020",
    pants_colour="#203050",
    shoe_colour="#101010",
)


def make_subject(pixels: Pixels, *, face: tuple[float, float] | None = None) -> Subject:
    """A subject whose landmarks sit at `face` (x, y); the rest of what was measured is made up."""
    height, width = pixels.shape[:2]
    x, y = face or (width / 2, height / 3)
    landmarks = np.zeros((468, 3), np.float32)
    landmarks[:, 0], landmarks[:, 1] = x, y
    mask = np.zeros((height, width), np.float32)
    person = Person(
        landmarks=landmarks,
        yaw=0.0,
        pitch=0.0,
        roll=0.0,
        confidence=1.0,
        eyes_open=0.3,
        mouth_open=0.0,
        person_mask=mask,
        hair_mask=mask,
        skin_mask=mask,
        clothes_mask=mask,
        skin_lab=(60.0, 15.0, 20.0),
        look=LOOK,
    )
    return Subject(pixels=pixels, person=person)


def make_plan(
    *,
    seed: int = 7,
    size: Size | None = None,
    strength: float = 0.6,
    guidance_scale: float = 5.0,
    num_inference_steps: int = 5,
    scheduler: str = "ddim",
    prompt: str = "a toy figure in a box, studio light",
    negative_prompt: str = "blurry",
    loras: tuple[Lora, ...] = (),
    init_image: Any = "subject",
    weights_digest: str = "",
) -> Plan:
    return Plan(
        engine="diffusion",
        style="action-figure",
        seed=seed,
        size=size or Size(width=64, height=96),
        look=LOOK,
        settings=(),
        denoise=Denoise(
            prompt=prompt,
            negative_prompt=negative_prompt,
            strength=strength,
            guidance_scale=guidance_scale,
            num_inference_steps=num_inference_steps,
            scheduler=scheduler,
            loras=loras,
            init_image=init_image,
        ),
        weights_digest=weights_digest,
    )
