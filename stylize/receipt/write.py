"""What may be told of a run: which engine, how long, which versions, which digests. Nothing of the person."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version

from stylize.models import Denoise, Evidence, Export, Found, Picture, Plan, Receipt

_PACKAGES = {
    "stylize": "stylize",
    "numpy": "numpy",
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "torch": "torch",
    "diffusers": "diffusers",
    "transformers": "transformers",
    "openvino": "openvino",
}
"""Import name → distribution name."""


def write_receipt(
    plan: Plan,
    export: Export,
    found: Iterable[Found],
    durations: Mapping[str, float],
    evidence: Evidence = Evidence(),  # noqa: B008 - frozen
    *,
    toys: tuple[int, str] = (0, ""),
    memory: str = "",
    runner: str = "",
    acted: Collection[str] | None = None,
    hidden: tuple[tuple[str, int], ...] = (),
    consent: str = "not-asked",
) -> Receipt:
    """The receipt of one run. `found` is only counted by group; prompts and the box are in it as digests alone.

    `toys`: how many were painted for the box, and the digest of the weights that did. `hidden`: of the subject. `evidence`: what kept the photo in meanwhile; without any word, nothing did.
    `acted`: which of `face_pass` and `deepcache_interval` changed the picture; None: nobody knows.
    """
    return Receipt(
        **{field.name: getattr(evidence, field.name) for field in fields(Evidence)},
        engine=plan.engine,
        style=plan.style,
        seed=plan.seed,
        plan_digest=plan.digest(),
        media_type=export.media_type,
        export_digest=hashlib.sha256(export.data).hexdigest(),
        weights_digest=plan.weights_digest or toys[1],
        painted_toys=toys[0],
        hidden=hidden,
        consent=consent,
        durations_seconds=tuple((stage, round(seconds, 4)) for stage, seconds in durations.items()),
        versions=versions(),
        found_groups=tuple(sorted(Counter(thing.group for thing in found).items())),
        labels=export.labels,
        denoise=told_to_diffusers(plan.denoise, memory, runner, acted) if plan.denoise else (),
    )


def acted(picture: Picture) -> frozenset[str]:
    """Which of `face_pass` and `deepcache_interval` have really changed it."""
    mended = any(stage == "face" for stage, _ in picture.timings)
    return frozenset((*(("face_pass",) if mended else ()), *(("deepcache_interval",) if picture.spared_steps else ())))


def told_to_diffusers(
    denoise: Denoise, memory: str = "", runner: str = "", acted: Collection[str] | None = None
) -> tuple[tuple[str, str], ...]:
    """The numbers and names of our own tables; no prompt, and of LoRAs, whose names are the user's, only how many. A model
    that edits, with its own scheduler, is told less. `memory`: how the model's was used; `runner`: what ran its UNet, where that was not torch;
    `acted`: as `write_receipt` has it: what was planned and did nothing says so.
    """
    about = {"model": denoise.family, "memory": memory, "runner": runner if runner != "torch" else ""}
    told: dict[str, object] = {name: value for name, value in about.items() if value}
    told |= _edited(denoise) if not denoise.scheduler else _painted(denoise)
    idle = {told_as for name, told_as in _MAY_BE_IDLE.items() if acted is not None and name not in acted}
    return tuple((name, f"{value} ({_IDLE[name]})" if name in idle else str(value)) for name, value in told.items())


_MAY_BE_IDLE = {"face_pass": "face_pass strength", "deepcache_interval": "deepcache_interval"}
_IDLE = {"face_pass strength": "no face was painted again", "deepcache_interval": "every step was whole"}


def _edited(denoise: Denoise) -> dict[str, object]:
    return {
        "guidance_scale": f"{denoise.guidance_scale:g}",
        "num_inference_steps": denoise.num_inference_steps,
        "image": "subject and figure" if denoise.image_reference else "subject",
        "loras": len(denoise.loras),
    }


def _painted(denoise: Denoise) -> dict[str, object]:
    told: dict[str, object] = {
        "strength": f"{denoise.strength:g}",
        "guidance_scale": f"{denoise.guidance_scale:g}",
        "num_inference_steps": denoise.num_inference_steps,
        "scheduler": denoise.scheduler,
        "init_image": denoise.init_image,
        "loras": len(denoise.loras),
        "ip_adapter_scale": f"{denoise.ip_adapter_scale:g}",
    }
    if control := denoise.control:
        told["control_image"] = f"{control.kind} of the {control.drawn_from}"
        told["controlnet_conditioning_scale"] = f"{control.scale:g}"
        told["control_guidance_end"] = f"{control.end:g}"
    if denoise.face_pass:
        told["face_pass strength"] = f"{denoise.face_pass.strength:g}"
    if denoise.decoder != "full":
        told["decoder"] = denoise.decoder
    if denoise.rows > 1:
        told["rows"] = denoise.rows
    if denoise.deepcache_interval > 1:
        told["deepcache_interval"] = denoise.deepcache_interval
    return told


def versions() -> tuple[tuple[str, str], ...]:
    """Python, and every library of `_PACKAGES` that is loaded now; nothing is loaded to find out."""
    loaded = [(name, _version(name)) for module, name in _PACKAGES.items() if module in sys.modules]
    return (("python", platform.python_version()), *loaded)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
