"""What leads the denoising beside the prompt: an adapter that has seen the face, a picture of edges or depth.

`guides_for` makes the loaded model ready for one plan, in the terms of diffusers; `denoise.paint` hands them on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stylize.engines.diffusion.memory import MemoryMode, arrange, at_rest
from stylize.errors import GuideMissing
from stylize.weights import digest_file
from stylize.weights.guides import Guides as Found
from stylize.weights.guides import find_guides, read_of

if TYPE_CHECKING:
    from PIL import Image

    from stylize.engines.diffusion.loaded import Loaded
    from stylize.geometry import Size
    from stylize.models import Control, Denoise, Picture, Plan, Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Guides:
    """`pipeline`: the one to call instead of the plain one (made of the same parts), or None. `arguments`: what it is
    called with beyond the plan, for one picture. `controls`: what its ControlNet looks at, one for all pictures that are
    painted side by side or one for each. `union`: that net knows several kinds.
    """

    pipeline: Any = None
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    controls: tuple[Image.Image, ...] = field(default=(), repr=False)
    union: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Worn:
    """The IP-Adapter that is on. `digest`: of its file; `before`: the attention processors to put back."""

    digest: str
    before: Mapping[str, Any] = field(repr=False)


def guides_for(
    loaded: Loaded,
    subject: Subject,
    plan: Plan,
    init_pictures: tuple[Picture | None, ...],
    size: Size,
    *,
    keep_control: bool = False,
) -> Guides:
    """The guides that `plan` asks for, put on or taken off the model as need be; `size`: what will be painted.
    `init_pictures`: one for each of several pictures by plans like this one.
    `keep_control`: a ControlNet that is not asked for is only left aside where it lies, not let go of.

    Raises GuideMissing, GuideUnfit, WeightsDamaged, WeightsUnsafe, InitPictureMissing.
    """
    denoise = plan.denoise
    kept = keep_control and loaded.mode in (MemoryMode.FULL, MemoryMode.TILED)
    if denoise is None or not denoise.guides:
        fit_adapter(loaded, None)
        if not kept:
            release_control(loaded)
        return Guides()
    found = find_guides(loaded.weights)
    fit_adapter(loaded, found if denoise.ip_adapter_scale else None)
    if denoise.control is not None or not kept:
        fit_control(loaded, found, denoise.control)
    arguments = face_arguments(loaded, subject, denoise, found)
    if denoise.control is None or loaded.control is None:
        return Guides(arguments=arguments)
    from stylize.engines.diffusion.controls import draw_control

    union = loaded.control.union
    arguments |= control_arguments(denoise.control, union=union)
    shown = init_pictures if denoise.control.drawn_from == "figure" else (None,)
    controls = tuple(draw_control(denoise.control, subject, picture, size) for picture in shown)
    return Guides(pipeline=loaded.control.pipeline, arguments=arguments, controls=controls, union=union)


def guide_files(found: Found, guides: tuple[str, ...]) -> tuple[Path, ...]:
    """Everything that is read for those guides, in order; other names are others' business. Raises GuideMissing."""
    files: list[Path] = []
    for guide in (name for name in guides if name == "ip_adapter" or name.startswith("controlnet:")):
        if guide not in found.names:
            raise GuideMissing(what="IP-Adapter" if guide == "ip_adapter" else "ControlNet")
        files += read_of(found, guide)
    return tuple(files)


# ---------------------------------------------------------------- the adapter


def fit_adapter(loaded: Loaded, found: Found | None) -> None:
    """Exactly that adapter on; None: none."""
    from stylize.engines.diffusion.ip_adapter import put_on, take_off

    file = found.ip_adapter if found else None
    if found is not None and "ip_adapter" not in found.names:
        raise GuideMissing(what="IP-Adapter")
    wanted = digest_file(file) if file else ""
    if wanted == (loaded.adapter.digest if loaded.adapter else ""):
        return
    with at_rest(loaded.pipeline, loaded.mode, loaded.placement):
        if loaded.adapter:
            take_off(loaded.pipeline, dict(loaded.adapter.before))
            loaded.adapter = None
        if file:
            before = put_on(loaded.pipeline, file, family_title=loaded.facts.title)
            loaded.adapter = Worn(digest=wanted, before=before)


def face_arguments(loaded: Loaded, subject: Subject, denoise: Denoise, found: Found) -> dict[str, Any]:
    """The scale is set, and the face worked out, if an adapter is on."""
    if loaded.adapter is None or found.image_encoder is None:
        return {}
    from stylize.engines.diffusion.ip_adapter import face_embeds
    from stylize.engines.diffusion.portrait import portrait
    from stylize.engines.diffusion.wording import is_guided

    loaded.pipeline.set_ip_adapter_scale(denoise.ip_adapter_scale)
    embeds = face_embeds(
        loaded.pipeline,
        portrait(subject),
        found.image_encoder,
        loaded.placement,
        loaded.recalls.faces,
        adapter=loaded.adapter.digest,
        guided=is_guided(loaded.pipeline, denoise),
    )
    return {"ip_adapter_image_embeds": embeds}


# ---------------------------------------------------------------- the ControlNet


def fit_control(loaded: Loaded, found: Found, control: Control | None) -> None:
    """Exactly that ControlNet in memory, with its pipeline arranged; None: none."""
    from stylize.engines.diffusion.controlnet import UNION, Held, load_net, pipeline_with

    place = found.controls.get(control.kind) if control else None
    if control is not None and place is None:
        raise GuideMissing(what="ControlNet")
    if place is None or control is None:
        release_control(loaded)
        return
    wanted = digest_file(read_of(found, f"controlnet:{control.kind}")[0])
    if loaded.control is None or loaded.control.digest != wanted:
        release_control(loaded)
        net = load_net(place, loaded.weights.family, loaded.facts, loaded.placement)
        pipeline = pipeline_with(net, loaded.pipeline, loaded.weights.family)
        loaded.control = Held(digest=wanted, net=net, pipeline=pipeline, union=type(net).__name__ == UNION)
    if loaded.mode in (MemoryMode.FULL, MemoryMode.TILED):
        loaded.control.net.to(loaded.placement.device)
    else:
        arrange(loaded.control.pipeline, loaded.mode, loaded.placement)


def control_arguments(control: Control, *, union: bool) -> dict[str, Any]:
    """What a ControlNet pipeline is called with, without its picture. `union`: the net must be told what it is shown."""
    from stylize.engines.diffusion.controlnet import UNION_MODES

    mode = {"control_mode": [UNION_MODES[control.kind]]} if union else {}
    return {
        "controlnet_conditioning_scale": control.scale,
        "control_guidance_start": control.start,
        "control_guidance_end": control.end,
        **mode,
    }


def release_control(loaded: Loaded) -> None:
    """Let go of the ControlNet, and leave the other nets where the plain pipeline wants them."""
    if loaded.control is None:
        return
    from stylize.engines.diffusion.device import empty_cache

    if loaded.mode not in (MemoryMode.FULL, MemoryMode.TILED):
        loaded.control.pipeline.remove_all_hooks()
        arrange(loaded.pipeline, loaded.mode, loaded.placement)
    loaded.control = None
    empty_cache(loaded.placement.device)
