"""The form as a table: each field of a `Request` and the widget it is asked with, tied by name, never by position."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from stylize.errors import OutOfRange
from stylize.geometry import Size
from stylize.models import BoxOrder, DenoiseOverride, LookOverride, Request
from stylize.toybox.words import card_languages

SIZES = ("512x640", "768x960", "1024x1280")
COLOURS = tuple(field.name for field in fields(LookOverride) if field.name.endswith("_colour"))
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


def to_colour(value: str) -> str:
    """What Gradio's picker says, "#112233" or "rgba(17, 34, 51, 1)" → "#112233"; the rest is checked by the plan."""
    if not value.startswith("rgb"):
        return value
    numbers = re.findall(r"\d+(?:\.\d+)?", value)[:3]
    return "#" + "".join(f"{min(round(float(number)), 255):02x}" for number in numbers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """`name`: where it goes in the Request, as in "look.hair". `read`: from the widget's value to the field's."""

    name: str
    read: Callable[[Any], Any] = or_none


FIELDS = (
    Field(name="style", read=keep),
    Field(name="engine"),
    Field(name="size", read=to_size),
    Field(name="seed", read=to_seed),
    Field(name="face", read=keep),
    Field(name="box.name", read=lambda text: (text or "").strip()),
    Field(name="box.tagline", read=lambda text: (text or "").strip()),
    Field(name="box.accessories", read=tuple),
    Field(name="box.palette"),
    Field(name="look.hair"),
    Field(name="look.outfit"),
    Field(name="look.beard"),
    Field(name="look.glasses", read=to_flag),
    *(Field(name=f"look.{name}", read=to_colour) for name in COLOURS),
    Field(name="denoise.prompt"),
    Field(name="denoise.negative_prompt"),
    Field(name="denoise.strength"),
    Field(name="denoise.guidance_scale"),
    Field(name="denoise.num_inference_steps", read=lambda value: int(value) or None),
    Field(name="denoise.scheduler"),
    Field(name="denoise.init_image"),
)
SWITCHES = ("boxed", "own_colours")
"""Asked on the page, but no field of a Request: whether there is a box, and which colours are not measured."""

NAMES = (*(field.name for field in FIELDS), *SWITCHES)


def to_request(values: Mapping[str, Any], language: str = "en") -> Request:
    """What the widgets say, by name → a Request. `language`: of our own words on the card, if the card has them.

    Raises OutOfRange for a seed that is no number.
    """
    parts: dict[str, dict[str, Any]] = {"": {}, "box": {}, "look": {}, "denoise": {}}
    for field in FIELDS:
        part, _, name = field.name.rpartition(".")
        if name not in COLOURS or name in values["own_colours"]:
            parts[part][name] = field.read(values[field.name])
    on_card = language if language in card_languages() else "en"
    return Request(
        **parts[""],
        box=BoxOrder(**parts["box"], language=on_card) if values["boxed"] else None,
        look=LookOverride(**parts["look"]),
        denoise=DenoiseOverride(**parts["denoise"]),
    )
