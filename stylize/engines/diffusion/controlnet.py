"""ControlNet: a picture of edges or depth that the denoising keeps to (Zhang et al. 2023).

The pipeline for it is made of the same nets as the plain one; only the ControlNet itself takes memory beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylize.engines.diffusion.device import Placement, torch_dtype
from stylize.engines.diffusion.families import FamilyFacts, config_folder
from stylize.engines.diffusion.memory import is_out_of_memory
from stylize.errors import GuideUnfit, StylizeError, WeightsDamaged, WeightsUnsafe
from stylize.guidance import ControlKind
from stylize.weights import Family
from stylize.weights.folder import read_json
from stylize.weights.guides import NET
from stylize.weights.header import read_header

TITLE = "ControlNet"
PIPELINES = {
    Family.SD15: "StableDiffusionControlNetImg2ImgPipeline",
    Family.SDXL: "StableDiffusionXLControlNetImg2ImgPipeline",
}
UNION_PIPELINE = "StableDiffusionXLControlNetUnionImg2ImgPipeline"
UNION = "ControlNetUnionModel"
SINGLE = "ControlNetModel"

UNION_MODES: dict[ControlKind, int] = {"depth": 1, "softedge": 2, "canny": 3}
"""Which of its kinds a net for several is told to expect (xinsir/controlnet-union-sdxl-1.0, model card)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A ControlNet in memory, and the pipeline that uses it. `digest`: of its file; `union`: it is for several kinds."""

    digest: str
    net: Any
    pipeline: Any
    union: bool


def load_net(place: Path, family: Family, facts: FamilyFacts, placement: Placement) -> Any:
    """A diffusers folder, or one file in the layout of diffusers or of its makers. On the CPU, in evaluation mode.

    Raises GuideUnfit, WeightsDamaged or WeightsUnsafe.
    """
    import diffusers

    try:
        if place.is_dir():
            return load_folder(place, placement)
        read_header(place)
        net = diffusers.ControlNetModel.from_single_file(
            str(place),
            config=str(config_folder(family) / "controlnet"),
            torch_dtype=torch_dtype(placement.dtype),
            local_files_only=True,
        )
    except StylizeError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise GuideUnfit(what=TITLE, family=facts.title) from None
    if any(parameter.is_meta for parameter in net.parameters()):
        raise GuideUnfit(what=TITLE, family=facts.title)
    return net.eval()


def load_folder(folder: Path, placement: Placement) -> Any:
    import diffusers

    kind = read_json(folder / "config.json").get("_class_name")
    if kind not in (SINGLE, UNION):
        raise WeightsUnsafe
    variant = "fp16" if (folder / f"{NET}.fp16.safetensors").is_file() else None
    read_header(folder / f"{NET}{'.fp16' if variant else ''}.safetensors")
    net, report = getattr(diffusers, kind).from_pretrained(
        str(folder),
        local_files_only=True,
        use_safetensors=True,
        variant=variant,
        output_loading_info=True,
        torch_dtype=torch_dtype(placement.dtype),
    )
    if list(report["missing_keys"]) or list(report["mismatched_keys"]):
        raise WeightsDamaged(what="the ControlNet lacks tensors")
    return net.eval()


def pipeline_with(net: Any, plain: Any, family: Family) -> Any:
    """The pipeline that listens to `net`, of the parts of `plain`: no net is copied."""
    import diffusers

    union = type(net).__name__ == UNION
    if union and family is not Family.SDXL:
        raise GuideUnfit(what=TITLE, family=family.value)
    switches: dict[str, Any] = (
        {"add_watermarker": False} if family is Family.SDXL else {"requires_safety_checker": False}
    )
    for name in ("requires_aesthetics_score", "force_zeros_for_empty_prompt"):
        if name in plain.config:
            switches[name] = plain.config[name]
    made = getattr(diffusers, UNION_PIPELINE if union else PIPELINES[family])(
        **plain.components, controlnet=net, **switches
    )
    made.set_progress_bar_config(disable=True)
    return made
