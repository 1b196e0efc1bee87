"""What may be asked: the vocabulary of looks, and the `Request` built from it. Part of `stylize.models`; import it there.

Colours are "#rrggbb" strings in sRGB. Texts of the user never show in a repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from stylize.geometry import Size
from stylize.regions import HideOrder

Colour = str
DEFAULT_SIZE = Size(width=768, height=960)


class Hair(StrEnum):
    """The hair styles that are sculpted."""

    BALD = "bald"
    BUZZ = "buzz"
    THIN = "thin"
    SHORT = "short"
    CURLY = "curly"
    AFRO = "afro"
    PIXIE = "pixie"
    BOB = "bob"
    LONG = "long"
    WAVY = "wavy"
    BUN = "bun"


class Outfit(StrEnum):
    """The outfits that are sculpted."""

    SUIT = "suit"
    BLAZER = "blazer"
    ZIP = "zip"
    HOODIE = "hoodie"
    TEE = "tee"
    DRESS = "dress"


class Beard(StrEnum):
    """What grows on the lower face. Stubble is printed, the others are sculpted."""

    NONE = "none"
    STUBBLE = "stubble"
    MOUSTACHE = "moustache"
    GOATEE = "goatee"
    FULL = "full"


class Consent(StrEnum):
    """What was said to the question whether the person in the photo agrees. Nothing else of the answer is kept anywhere."""

    NOT_ASKED = "not-asked"
    GIVEN = "given"
    GUARDIAN = "given-by-guardian"


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, kw_only=True, slots=True)
class LookOverride:
    """What the user says of their looks instead of what was measured. None: as measured."""

    hair: Hair | None = None
    outfit: Outfit | None = None
    beard: Beard | None = None
    glasses: bool | None = None
    skin_colour: Colour | None = None
    hair_colour: Colour | None = None
    iris_colour: Colour | None = None
    lip_colour: Colour | None = None
    outer_colour: Colour | None = None
    inner_colour: Colour | None = None
    accent_colour: Colour | None = None
    pants_colour: Colour | None = None
    shoe_colour: Colour | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxOrder:
    """What goes on the box. `name` and `tagline` as typed; accessories are slugs of `stylize.toybox.accessories`; `toys`:
    things in the user's own words, painted by diffusion and laid below the accessories, four of both in all; `palette` a
    slug of a card palette, None: the one that contrasts best with the clothes. `language`: of our own words on the card,
    "en" or "de".
    """

    name: str = field(default="", repr=False)
    tagline: str = field(default="", repr=False)
    accessories: tuple[str, ...] = ()
    toys: tuple[str, ...] = field(default=(), repr=False)
    palette: str | None = None
    language: str = "en"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lora:
    """A LoRA by its name in the weights folder. `scale`: 0 to 2, 1 as trained."""

    name: str
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DenoiseOverride:
    """The field-standard knobs of diffusion; None: as the style says.

    `likeness` 0 to 1 moves strength, ip_adapter_scale and controlnet_conditioning_scale together, from most like a toy
    to most like the person; 0.5 is the style's own. Each of the three, where set, wins over it. `face_pass`: whether a
    face that came out small is painted once more.

    `pace`: "quick", with the few steps that the weights allow, or "thorough"; None: quick where they do, unless
    scheduler, num_inference_steps or guidance_scale are set. `decoder`: "tiny" is faster, and loses fine detail.
    `deepcache_interval`: every so many steps the whole UNet runs, between them only its outermost layers; 1: always all.
    `rows`: as one of so many painted side by side, as the receipt of such a picture tells; None: alone.
    """

    prompt: str | None = field(default=None, repr=False)
    negative_prompt: str | None = field(default=None, repr=False)
    strength: float | None = None
    guidance_scale: float | None = None
    num_inference_steps: int | None = None
    scheduler: str | None = None
    loras: tuple[Lora, ...] | None = None
    init_image: Literal["subject", "figure"] | None = None
    likeness: float | None = None
    ip_adapter_scale: float | None = None
    controlnet_conditioning_scale: float | None = None
    face_pass: bool | None = None
    pace: Literal["quick", "thorough"] | None = None
    decoder: Literal["full", "tiny"] | None = None
    deepcache_interval: int | None = None
    rows: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportOrder:
    """`media_type`: image/png, image/jpeg or image/webp. `quality`: 1 to 100, for the lossy ones."""

    media_type: str = "image/png"
    quality: int = 92


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What the user asked. No pixels, no file name.

    `engine` None: the best one that is ready and can do the style. `seed` None: drawn, and told in the receipt.
    `scene`: where the person stands, a slug of `stylize.styles.scenes`; None: as the style says.
    `box` None: no box, the picture alone. `face` None: the largest; else the index of a face in `Findings.faces`.
    `hide`: what the engine does not get to see. `consent`: what the person at the machine said; it goes into the receipt.
    """

    style: str = "action-figure"
    engine: str | None = None
    seed: int | None = None
    size: Size = DEFAULT_SIZE
    look: LookOverride = LookOverride()
    box: BoxOrder | None = None
    denoise: DenoiseOverride = DenoiseOverride()
    export: ExportOrder = ExportOrder()
    face: int | None = None
    scene: str | None = None
    hide: HideOrder = HideOrder()
    consent: Consent = Consent.NOT_ASKED
