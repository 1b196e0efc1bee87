"""A diffusers folder: what its model_index.json promises, checked against what lies there.

Only the classes that Stylize drives may be named: a folder can otherwise ask for a Python file inside it to be run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylize.errors import WeightsDamaged, WeightsUnknownFamily, WeightsUnsafe
from stylize.weights.header import Tensor, read_header
from stylize.weights.identify import SD2_CROSS_ATTENTION, Family, check_cross_attention, check_unet_input

INDEX = "model_index.json"
PICKLES = (".ckpt", ".pt", ".pth", ".bin", ".pkl")
LARGEST_JSON_BYTES = 16_000_000

PIPELINES = {
    "StableDiffusionPipeline": Family.SD15,
    "StableDiffusionImg2ImgPipeline": Family.SD15,
    "StableDiffusionXLPipeline": Family.SDXL,
    "StableDiffusionXLImg2ImgPipeline": Family.SDXL,
    "Flux2KleinPipeline": Family.FLUX2_KLEIN,
    "QwenImageEditPlusPipeline": Family.QWEN_IMAGE_EDIT,
}
MODELS: Mapping[Family, Mapping[str, tuple[str, str]]] = {
    Family.SD15: {
        "unet": ("diffusers", "UNet2DConditionModel"),
        "vae": ("diffusers", "AutoencoderKL"),
        "text_encoder": ("transformers", "CLIPTextModel"),
    },
    Family.SDXL: {
        "unet": ("diffusers", "UNet2DConditionModel"),
        "vae": ("diffusers", "AutoencoderKL"),
        "text_encoder": ("transformers", "CLIPTextModel"),
        "text_encoder_2": ("transformers", "CLIPTextModelWithProjection"),
    },
    Family.FLUX2_KLEIN: {
        "transformer": ("diffusers", "Flux2Transformer2DModel"),
        "vae": ("diffusers", "AutoencoderKLFlux2"),
        "text_encoder": ("transformers", "Qwen3ForCausalLM"),
    },
    Family.QWEN_IMAGE_EDIT: {
        "transformer": ("diffusers", "QwenImageTransformer2DModel"),
        "vae": ("diffusers", "AutoencoderKLQwenImage"),
        "text_encoder": ("transformers", "Qwen2_5_VLForConditionalGeneration"),
    },
}
CLIP = ("CLIPTokenizer", "CLIPTokenizerFast")
QWEN = ("Qwen2Tokenizer", "Qwen2TokenizerFast")
TOKENIZERS: Mapping[Family, Mapping[str, tuple[str, ...]]] = {
    Family.SD15: {"tokenizer": CLIP},
    Family.SDXL: {"tokenizer": CLIP, "tokenizer_2": CLIP},
    Family.FLUX2_KLEIN: {"tokenizer": QWEN},
    Family.QWEN_IMAGE_EDIT: {"tokenizer": QWEN, "processor": ("Qwen2VLProcessor", "Qwen2_5_VLProcessor")},
}
"""What turns words, and for a processor pictures too, into numbers, and the classes that may do it."""

INNERMOST: Mapping[Family, tuple[str, str]] = {
    Family.FLUX2_KLEIN: ("double_stream_modulation_img.linear.weight", "x_embedder.weight"),
    Family.QWEN_IMAGE_EDIT: ("txt_norm.weight", "img_in.weight"),
}
"""Tensors that only the transformer of this family has, both of them."""

WORDS = (".json", ".txt", ".jinja")
STEMS = ("diffusion_pytorch_model", "model")
VARIANT = "fp16"


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """A folder that adds up. `files`: what will be read of it, weights and small files; `variant`: "fp16" where only
    those weights are there.
    """

    family: Family
    files: tuple[Path, ...]
    variant: str | None
    parameters: tuple[tuple[str, int], ...]


def inspect_folder(folder: Path) -> Folder:
    """Check a folder that has a model_index.json. Raises WeightsDamaged, WeightsUnsafe or WeightsUnknownFamily."""
    index = read_json(folder / INDEX)
    family = PIPELINES.get(str(index.get("_class_name")))
    if family is None:
        raise WeightsUnknownFamily(found="its folder belongs to another kind of pipeline")
    check_classes(index, family)
    if family is Family.FLUX2_KLEIN and index.get("is_distilled") is not True:
        raise WeightsUnknownFamily(found="this is the undistilled FLUX.2 klein (base), take the one without base")
    parts = MODELS[family]
    variant = None if all(find_files(folder / part, None) for part in parts) else VARIANT
    files = check_side_files(folder, family)
    parameters: list[tuple[str, int]] = []
    for part in parts:
        found = find_files(folder / part, variant) or find_files(folder / part, None)
        if not found:
            raise missing(folder / part)
        header: dict[str, Tensor] = {}
        for path in found:
            header.update(read_header(path))
        if part == "unet":
            check_unet(header, read_json(folder / part / "config.json"), family)
        if part == "transformer" and not set(INNERMOST[family]) <= header.keys():
            raise WeightsUnknownFamily(found="its transformer does not belong to its pipeline")
        files += found
        parameters.append((part, sum(tensor.count for tensor in header.values())))
    return Folder(family=family, files=tuple(files), variant=variant, parameters=tuple(parameters))


def read_json(path: Path) -> dict[str, Any]:
    """A small JSON object of the folder."""
    try:
        if path.stat().st_size > LARGEST_JSON_BYTES:
            raise ValueError
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WeightsDamaged(what="a configuration file is missing from the folder") from None
    except (OSError, ValueError, RecursionError):
        raise WeightsDamaged(what="a configuration file in the folder cannot be read") from None
    if not isinstance(value, dict):
        raise WeightsDamaged(what="a configuration file in the folder cannot be read")
    return value


def check_classes(index: dict[str, Any], family: Family) -> None:
    """Every component must be of the one class that we drive."""
    for part, expected in MODELS[family].items():
        if tuple(index.get(part) or ()) != expected:
            raise WeightsUnknownFamily(found=f"the {part} in its folder is of another kind")
    for part, known in TOKENIZERS[family].items():
        library, kind = (index.get(part) or (None, None))[:2]
        if library != "transformers" or kind not in known:
            raise WeightsUnknownFamily(found=f"the {part} in its folder is of another kind")
    library, kind = (index.get("scheduler") or (None, None))[:2]
    if library != "diffusers" or not str(kind).isidentifier():
        raise WeightsUnknownFamily(found="the scheduler in its folder is of another kind")


def check_side_files(folder: Path, family: Family) -> list[Path]:
    """Index, scheduler, configurations and tokenizers: small, but nothing starts without them."""
    files = [
        folder / "scheduler" / "scheduler_config.json",
        *(folder / part / "config.json" for part in MODELS[family]),
    ]
    for path in files:
        read_json(path)
    for part in TOKENIZERS[family]:
        words = sorted(path for path in (folder / part).glob("*") if path.suffix in WORDS)
        names = {path.name for path in words}
        if part == "processor" and "preprocessor_config.json" not in names:
            raise WeightsDamaged(what="the processor is missing from the folder")
        if "tokenizer.json" not in names and not {"vocab.json", "merges.txt"} <= names:
            raise WeightsDamaged(what=f"the {part} is missing from the folder")
        files += words
    return [folder / INDEX, *files]


def find_files(part: Path, variant: str | None) -> tuple[Path, ...]:
    """The weights of one component, whole or in shards; empty if there are none of this variant."""
    dot = f".{variant}" if variant else ""
    for stem in STEMS:
        if (whole := part / f"{stem}{dot}.safetensors").is_file():
            return (whole,)
        if (shards := part / f"{stem}.safetensors.index{dot}.json").is_file():
            places = read_json(shards).get("weight_map")
            names = set(places.values()) if isinstance(places, dict) else set()
            if not names or not all(isinstance(name, str) and Path(name).name == name for name in names):
                raise WeightsDamaged(what="the list of the parts of a file makes no sense")
            return tuple(part / name for name in sorted(names))
    return ()


def missing(part: Path) -> WeightsDamaged | WeightsUnsafe:
    """Why a component has no weights that may be read."""
    if part.is_dir() and any(path.suffix.lower() in PICKLES for path in part.iterdir()):
        return WeightsUnsafe()
    return WeightsDamaged(what=f"the weights of the {part.name} are missing from the folder")


def check_unet(header: dict[str, Tensor], config: dict[str, Any], family: Family) -> None:
    """Like `identify_checkpoint`, in the names of diffusers."""
    check_unet_input(header.get("conv_in.weight"))
    check_cross_attention(header)
    if config.get("cross_attention_dim") == SD2_CROSS_ATTENTION:
        raise WeightsUnknownFamily(found="this is Stable Diffusion 2")
    if (family is Family.SDXL) != ("add_embedding.linear_1.weight" in header):
        raise WeightsUnknownFamily(found="its unet does not belong to its pipeline")
