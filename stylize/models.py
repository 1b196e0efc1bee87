"""The carriers: what travels through the house, and nothing else. Behaviour is functions elsewhere.

Pictures are NumPy arrays of shape (height, width, 3), uint8, sRGB, unless a field says otherwise; masks are
(height, width) float32 from 0 to 1; colours are "#rrggbb" strings in sRGB. Arrays are never written to after they
were put into a carrier.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from stylize.capabilities import Capabilities, FastMode, MemoryPlan
from stylize.evidence import Evidence, Receipt
from stylize.files import Export, Found
from stylize.geometry import Box, Size
from stylize.guidance import Control, FacePass
from stylize.regions import HideOrder, Region, RegionKind
from stylize.request import (
    DEFAULT_SIZE,
    Beard,
    BoxOrder,
    Colour,
    Consent,
    DenoiseOverride,
    ExportOrder,
    Hair,
    LookOverride,
    Lora,
    Outfit,
    Request,
)

__all__ = [
    "DEFAULT_SIZE",
    "Beard",
    "BoxOrder",
    "Capabilities",
    "Colour",
    "Consent",
    "Control",
    "Cutout",
    "Denoise",
    "DenoiseOverride",
    "Evidence",
    "Export",
    "ExportOrder",
    "Face",
    "FacePass",
    "FastMode",
    "Findings",
    "Found",
    "Hair",
    "HideOrder",
    "Look",
    "LookOverride",
    "Lora",
    "Mask",
    "MemoryPlan",
    "Outfit",
    "Person",
    "Photo",
    "Picture",
    "Pixels",
    "Plan",
    "Points",
    "Receipt",
    "Region",
    "RegionKind",
    "Request",
    "Setting",
    "Subject",
]

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.float32]
Points = npt.NDArray[np.float32]
Setting = str | int | float | bool


# ---------------------------------------------------------------- the photo


@dataclass(frozen=True, kw_only=True, slots=True)
class Photo:
    """Upright sRGB pixels, owned by nobody else. `id` is random and says nothing of the file."""

    id: str
    pixels: Pixels = field(repr=False)
    media_type: str
    found: tuple[Found, ...] = field(repr=False)


# ---------------------------------------------------------------- the people in it


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """A face in `Photo.pixels`. `score` 0 to 1. `keypoints` (6, 2) float32: right eye, left eye (as the person's own
    sides are seen: image left first), nose tip, mouth centre, and the two ear regions, in pixels.
    """

    box: Box
    score: float
    keypoints: Points = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """`faces`: those that may become a picture; `subject` is an index into them, None if there is none. `regions`: all that
    may be hidden, every face among it, the subject's too; their order does not depend on who the subject is. `warnings` are
    slugs with a translation each.
    """

    faces: tuple[Face, ...]
    subject: int | None
    regions: tuple[Region, ...] = ()
    warnings: tuple[str, ...]
    verdict: Literal["ok", "ask", "refuse"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A complete description of how the toy looks: measured, or measured and overridden."""

    hair: Hair
    outfit: Outfit
    beard: Beard
    glasses: bool
    skin_colour: Colour
    hair_colour: Colour
    iris_colour: Colour
    lip_colour: Colour
    outer_colour: Colour
    inner_colour: Colour
    accent_colour: Colour
    pants_colour: Colour
    shoe_colour: Colour


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """What was measured of the subject. All arrays in the pixels of `Subject.pixels`.

    `landmarks` (468, 3) float32: x, y in pixels, z towards the viewer negative, in pixels (MediaPipe face mesh).
    `yaw`, `pitch`, `roll` in degrees; yaw > 0: turned towards the right edge of the picture; pitch > 0: looking up;
    roll > 0: tilted clockwise as seen.
    `confidence` 0 to 1: how far the landmarks may be trusted (below 0.5: paint loosely, print no features).
    `eyes_open`, `mouth_open`: opening over width of the eye and over height of the face.
    `skin_lab`: the measured skin (CIELAB, D65), before any cleaning.
    """

    landmarks: Points = field(repr=False)
    yaw: float
    pitch: float
    roll: float
    confidence: float
    eyes_open: float
    mouth_open: float
    person_mask: Mask = field(repr=False)
    hair_mask: Mask = field(repr=False)
    skin_mask: Mask = field(repr=False)
    clothes_mask: Mask = field(repr=False)
    skin_lab: tuple[float, float, float]
    look: Look


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What an engine may see: the crop around one person, all that was to be hidden hidden, and what was measured.
    `hidden`: (kind, how many) of what was hidden in it, "background" among them.
    """

    pixels: Pixels = field(repr=False)
    person: Person
    hidden: tuple[tuple[str, int], ...] = ()


# ---------------------------------------------------------------- what will be done


@dataclass(frozen=True, kw_only=True, slots=True)
class Denoise:
    """Everything diffusers is told. `denoising_steps` is what really runs, never 0. `ip_adapter_scale` 0: none is put on.
    `scheduler` "": the model's own, as for all that edit. `image_reference`: what these are shown behind the photo.
    `family`: of the weights. `rows`: painted as one of so many side by side; it decides how its numbers are rounded.
    """

    prompt: str = field(repr=False)
    negative_prompt: str = field(repr=False)
    strength: float
    guidance_scale: float
    num_inference_steps: int
    scheduler: str
    loras: tuple[Lora, ...]
    init_image: Literal["subject", "figure"]
    ip_adapter_scale: float = 0.0
    control: Control | None = None
    face_pass: FacePass | None = None
    decoder: Literal["full", "tiny"] = "full"
    deepcache_interval: int = 1
    image_reference: Literal["", "figure"] = ""
    family: str = ""
    rows: int = 1

    @property
    def denoising_steps(self) -> int:
        return min(int(self.num_inference_steps * self.strength), self.num_inference_steps)

    @property
    def needs_figure(self) -> bool:
        """Whether the figure engine must have drawn before it begins."""
        return "figure" in (self.init_image, self.image_reference, self.control.drawn_from if self.control else "")

    @property
    def guides(self) -> tuple[str, ...]:
        """What must lie beside the weights, in the words of `Capabilities.guides`."""
        control = (f"controlnet:{self.control.kind}",) if self.control else ()
        tiny = ("tiny_decoder",) if self.decoder == "tiny" else ()
        return (*(("ip_adapter",) if self.ip_adapter_scale else ()), *control, *tiny)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Nothing left to decide. `settings`: the style's own table for this engine, sorted by name."""

    engine: str
    style: str
    seed: int
    size: Size
    look: Look
    settings: tuple[tuple[str, Setting], ...]
    denoise: Denoise | None
    weights_digest: str

    def digest(self) -> str:
        """SHA-256 (hex) over a canonical JSON of every field: equal plans, equal digests."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


# ---------------------------------------------------------------- what comes out


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutout:
    """The figure alone, to be set into a box.

    `light` (h, w, 3) float32: linear sRGB light, premultiplied by alpha, at least 0, may exceed 1 in highlights.
    `alpha` (h, w) float32 0 to 1. `shadow` (h, w) float32: what share of the light still reaches what lies behind.
    `staged`: it already stands where the box's stage expects it (figure engine); else it is a picture to be placed.
    """

    light: Mask = field(repr=False)
    alpha: Mask = field(repr=False)
    shadow: Mask = field(repr=False)
    staged: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Generated pixels. `cutout` where the engine knows its figure's outline. `timings`: (stage, seconds).

    `alone` (h, w, 4) uint8 sRGB, straight alpha: the figure of `pixels`, finished, without its ground; None where the
    engine does not know it. `memory`: how the model's memory was used, a mode of the diffusion engine. `rows`: of which
    it was really one, beside others; fewer than the plan's where memory ran out. `runner`: what ran its
    UNet, torch, openvino, or "openvino and torch". `spared_steps`: those in which DeepCache ran the outermost layers of the UNet only.
    """

    pixels: Pixels = field(repr=False)
    cutout: Cutout | None = field(repr=False)
    plan_digest: str
    timings: tuple[tuple[str, float], ...]
    alone: Pixels | None = field(default=None, repr=False)
    memory: str = ""
    rows: int = 1
    runner: str = ""
    spared_steps: int = 0

    @property
    def layers(self) -> tuple[npt.NDArray[Any] | None, ...]:
        """All of its arrays."""
        cut = self.cutout
        return (self.pixels, self.alone, *((cut.light, cut.alpha, cut.shadow) if cut else ()))
