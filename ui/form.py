"""The form as a table: each field of a `Request` and the widget it is asked with, tied by name, never by position."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from stylize.errors import OutOfRange
from stylize.geometry import Size
from stylize.models import Beard, BoxOrder, DenoiseOverride, Hair, LookOverride, Lora, Outfit, Request
from stylize.toybox.words import card_languages
from ui.hiding import to_hide

SIZES = ("512x640", "768x960", "1024x1280")
COLOURS = tuple(field.name for field in fields(LookOverride) if field.name.endswith("_colour"))
OWN_COLOUR = re.compile(r"(\w+)=(#[0-9a-f]{6})(?!\S)")
MIDDLE = 0.5
ALWAYS = 1
"""Where two sliders rest: what is asked for there is nothing."""
MAX_SEED = 2**32 - 1


def keep(value: Any) -> Any:
    """As it is."""
    return value


def or_none(value: Any) -> Any:
    """Nothing chosen, nothing typed, a knob at 0: None, which means "you decide"."""
    return value.strip() or None if isinstance(value, str) else value or None


def to_size(value: str) -> Size:
    """Width x height, as in "768x960" → Size."""
    width, _, height = value.partition("x")
    return Size(width=int(width), height=int(height))


def to_seed(value: str | None) -> int | None:
    """Digits → int; nothing → None. Raises OutOfRange for anything else."""
    text = (value or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_SEED:
        raise OutOfRange(field="seed", low=0, high=MAX_SEED)
    return int(text)


def to_flag(value: str) -> bool | None:
    """Of "yes", "no" or "" → True, False or None."""
    return {"yes": True, "no": False}.get(value)


def one_of(kinds: type[Hair | Outfit | Beard]) -> Callable[[str], Any]:
    """A reader of the words of `kinds`; "" is None."""
    return lambda value: kinds(value) if value else None


def to_number(value: str | float | None) -> float | None:
    """Of a slider whose lowest place means that the style decides."""
    return float(value) if value else None


def to_likeness(value: float) -> float | None:
    """The middle is the style's own, which is best asked for by asking for nothing."""
    return None if value == MIDDLE else float(value)


def to_colours(text: str | None) -> dict[str, str]:
    """The visitor's own colours, as assets/more.js writes them down: "skin_colour=#d8b69d hair_colour=#221100"."""
    return {name: colour for name, colour in OWN_COLOUR.findall(text or "") if name in COLOURS}


def to_colour(name: str) -> Callable[[str], str | None]:
    """A reader of one of them; None: as measured."""
    return lambda text: to_colours(text).get(name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """`name`: where it goes in the Request, as in "look.hair". `read`: from the widget's value to the field's. `asked_by`: the
    widget, where it is not called as the field is.
    """

    name: str
    read: Callable[[Any], Any] = or_none
    asked_by: str = ""

    @property
    def widget(self) -> str:
        return self.asked_by or self.name


FIELDS = (
    Field(name="style", read=keep),
    Field(name="engine"),
    Field(name="size", read=to_size),
    Field(name="seed", read=to_seed),
    Field(name="face", read=keep),
    Field(name="hide", read=to_hide),
    Field(name="scene"),
    Field(name="box.name", read=lambda text: (text or "").strip()),
    Field(name="box.tagline", read=lambda text: (text or "").strip()),
    Field(name="box.accessories", read=tuple),
    Field(name="box.toys", read=lambda words: tuple(words or ())),
    Field(name="box.palette"),
    Field(name="look.hair", read=one_of(Hair)),
    Field(name="look.outfit", read=one_of(Outfit)),
    Field(name="look.beard", read=one_of(Beard)),
    Field(name="look.glasses", read=to_flag),
    *(Field(name=f"look.{name}", read=to_colour(name), asked_by="own_colours") for name in COLOURS),
    Field(name="denoise.prompt"),
    Field(name="denoise.negative_prompt"),
    Field(name="denoise.likeness", read=to_likeness),
    Field(name="denoise.strength", read=to_number),
    Field(name="denoise.guidance_scale", read=to_number),
    Field(name="denoise.num_inference_steps", read=lambda value: int(value) or None),
    Field(name="denoise.scheduler"),
    Field(name="denoise.init_image"),
    Field(name="denoise.loras", read=lambda names: tuple(Lora(name=name) for name in names) or None),
    Field(name="denoise.ip_adapter_scale", read=to_number),
    Field(name="denoise.controlnet_conditioning_scale", read=to_number),
    Field(name="denoise.face_pass", read=to_flag),
    Field(name="denoise.pace"),
    Field(name="denoise.decoder"),
    Field(name="denoise.deepcache_interval", read=lambda value: None if value == ALWAYS else int(value)),
)
SWITCHES = ("count", "boxed", "lora_scale")
"""Asked on the page, but no field of a Request: how many
pictures, whether there is a box, and how strongly the chosen LoRAs are worn."""

NAMES = tuple(dict.fromkeys((*(field.widget for field in FIELDS), *SWITCHES)))
"""Of the widgets, in the order in which the big button hears their values."""


def to_request(values: Mapping[str, Any], language: str = "en") -> Request:
    """What the widgets say, by name → a Request. `language`: of our own words on the card, if the card has them.

    Raises OutOfRange for a seed that is no number, HideUnreadable for an order to hide that the page did not write.
    """
    parts: dict[str, dict[str, Any]] = {"": {}, "box": {}, "look": {}, "denoise": {}}
    for field in FIELDS:
        part, _, name = field.name.rpartition(".")
        parts[part][name] = field.read(values[field.widget])
    if loras := parts["denoise"]["loras"]:
        parts["denoise"]["loras"] = tuple(replace(lora, scale=float(values["lora_scale"])) for lora in loras)
    on_card = language if language in card_languages() else "en"
    return Request(
        **parts[""],
        box=BoxOrder(**parts["box"], language=on_card) if values["boxed"] else None,
        look=LookOverride(**parts["look"]),
        denoise=DenoiseOverride(**parts["denoise"]),
    )
