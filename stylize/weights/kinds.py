"""What is this file for, and for which models? Told from tensors and, where they say nothing, from the file's name.

A checkpoint is the business of `identify`; here are the smaller parts that people keep beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stylize.errors import WeightsDamaged, WeightsError, WeightsUnknownFamily, WeightsUnsafe
from stylize.weights.folder import INDEX, PICKLES, inspect_folder, read_json
from stylize.weights.header import Tensor, read_header
from stylize.weights.identify import UNET, identify_checkpoint

WEIGHTS = ".safetensors"
WIDTHS = {768: "sd15", 2048: "sdxl"}
"""How wide the text is that a UNet listens to, by family."""

VIT_H_WIDTH = 1280
FAST = re.compile(r"lcm|lightning|hyper|turbo|[^a-z]?\d+-?steps?", re.IGNORECASE)
CONTROLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("union|promax", ("controlnet:openpose", "controlnet:depth", "controlnet:softedge")),
    ("depth|zoe|midas", ("controlnet:depth",)),
    ("softedge|hed|pidi", ("controlnet:softedge",)),
    ("openpose|dwpose|pose", ("controlnet:openpose",)),
)
"""What a ControlNet looks at, by words of its name: its tensors do not say."""

Header = Mapping[str, Tensor]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Something that can be used. `place`: a file or a folder; `files`: what of it is read, weights and small files."""

    place: Path
    roles: tuple[str, ...]
    families: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def name(self) -> str:
        """How the user knows it: the file's name without ending, or that of its model for a folder of a cache."""
        if self.place.is_dir() and self.place.parent.name == "snapshots":
            return self.place.parent.parent.name.rpartition("--")[2]
        if self.place.is_dir():
            return self.place.name
        generic = re.fullmatch(r"(diffusion_pytorch_model|model|pytorch_lora_weights)(\.fp16)?", self.place.stem)
        return self.place.parent.name if generic else self.place.stem


def recognise(place: Path) -> Found:
    """Look at one file or folder. Raises WeightsUnsafe, WeightsDamaged or WeightsUnknownFamily."""
    if place.is_dir():
        return _folder(place)
    if place.suffix.lower() in PICKLES:
        raise WeightsUnsafe
    if place.suffix.lower() != WEIGHTS:
        raise WeightsUnknownFamily(found="this is no .safetensors file")
    header = read_header(place)
    roles, families = _file(header, place)
    return Found(place=place, roles=roles, families=families, files=(place,))


def _folder(folder: Path) -> Found:
    """A whole model (model_index.json) or one component (config.json)."""
    if (folder / INDEX).is_file():
        model = inspect_folder(folder)
        rooms = {path.parent for path in model.files if path.suffix == WEIGHTS}
        listings = sorted(listing for room in rooms for listing in room.glob("*.safetensors.index*.json"))
        files = tuple(dict.fromkeys((*model.files, *listings)))
        return Found(place=folder, roles=("base",), families=(model.family.value,), files=files)
    config = read_json(folder / "config.json")
    weights = [path for path in sorted(folder.iterdir()) if path.suffix == WEIGHTS]
    if not weights:
        if any(path.suffix.lower() in PICKLES for path in folder.iterdir()):
            raise WeightsUnsafe
        raise WeightsDamaged(what="the weights are missing from the folder")
    chosen = next((path for path in weights if ".fp16." in path.name), weights[0])
    kind = str(config.get("_class_name") or (config.get("architectures") or [""])[0])
    roles, families = _file(read_header(chosen), chosen, name=folder.name, kind=kind)
    return Found(place=folder, roles=roles, families=families, files=(folder / "config.json", chosen))


def _file(header: Header, path: Path, *, name: str = "", kind: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Roles and families of one file."""
    name = name or f"{path.parent.name}/{path.name}"
    if _any(header, "image_proj.", "ip_adapter."):
        return ("ip_adapter",), (_by_width(header, ".to_k_ip.weight"),)
    if _any(header, "lora_controlnet"):
        raise WeightsUnknownFamily(found="this is a Control-LoRA, not a whole ControlNet")
    if _any(header, "control_model.", "controlnet_cond_embedding.", "input_hint_block."):
        roles = next((roles for words, roles in CONTROLS if re.search(words, name, re.IGNORECASE)), None)
        if roles is None:
            raise WeightsUnknownFamily(found="its name does not say what this ControlNet looks at")
        return roles, (_by_width(header, "attn2.to_k.weight"),)
    if any(word in key for key in header for word in ("lora_down.", "lora_up.", ".lora_A.", ".lora_B.", ".lora.down")):
        return (("fast_lora" if FAST.search(path.stem) else "lora"),), (_lora_family(header),)
    if any(key.startswith(UNET) for key in header):
        return ("base",), (identify_checkpoint(header).value,)
    if _any(header, "vision_model.", "visual."):
        patch = next((t for key, t in header.items() if key.endswith("patch_embedding.weight")), None)
        if patch is None or patch.shape[0] != VIT_H_WIDTH:
            raise WeightsUnknownFamily(found="this image encoder is not the one of the IP-Adapters (CLIP ViT-H)")
        return ("image_encoder",), ("sd15", "sdxl")
    if _any(header, "decoder.layers.", "encoder.layers."):
        return ("preview_vae",), (("sdxl",) if "xl" in name.lower() else ("sd15",))
    if _any(header, "decoder.conv_in.", "first_stage_model.decoder.") and not kind.startswith("UNet"):
        return ("vae",), (_vae_family(header, name),)
    identify_checkpoint(header)
    raise WeightsUnknownFamily(found="this is a part that Stylize has no use for")


def _lora_family(header: Header) -> str:
    """By how wide the text is that its cross-attention listens to."""
    for key, tensor in header.items():
        if re.search(r"attn2[._]to_k[._].*(lora_down|lora_A|lora\.down)", key) and len(tensor.shape) >= 2:
            family = WIDTHS.get(tensor.shape[1])
            if family:
                return family
            raise WeightsUnknownFamily(found="this LoRA was made for another kind of model")
    if _any(header, "lora_te2_", "text_encoder_2."):
        return "sdxl"
    if any("add_k_proj" in key or "add_q_proj" in key for key in header):
        return "qwen-image-edit"
    if any("single_transformer_blocks" in key or "double_blocks" in key for key in header):
        return "flux2-klein"
    raise WeightsUnknownFamily(found="this LoRA does not say which model it was made for")


def _vae_family(header: Header, name: str) -> str:
    first = next(t for key, t in header.items() if key.endswith("decoder.conv_in.weight"))
    if first.shape[1] != 4:
        raise WeightsUnknownFamily(found="this VAE belongs to another kind of model")
    return "sdxl" if "xl" in name.lower() else "sd15"


def _by_width(header: Header, ending: str) -> str:
    width = next((t.shape[-1] for key, t in header.items() if key.endswith(ending)), None)
    family = WIDTHS.get(width or 0)
    if family is None:
        raise WeightsUnknownFamily(found="it was made for another kind of model")
    return family


def _any(header: Header, *beginnings: str) -> bool:
    return any(key.startswith(beginnings) for key in header)


def usable(place: Path) -> Found | None:
    """`recognise`, or None for what cannot be used."""
    try:
        return recognise(place)
    except (WeightsError, OSError):
        return None
