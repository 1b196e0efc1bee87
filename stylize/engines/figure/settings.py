"""What a style may say to this engine: the table `[engines.figure]` of a style's TOML, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from stylize.errors import DeclarationError
from stylize.models import Setting


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureSettings:
    """Every knob of the figure with its default: the plain action figure.

    `likeness` 0 to 2: how far features and bones leave the average face for the person's own; 1 as they are, above 1
    a caricature. `head_scale` 0.8 to 1.4 and `eye_scale` 0.8 to 1.6: size against the action figure's.
    `skin_smoothness` 0 to 1: 0 keeps lines, moles and freckles, 1 is bare plastic. `gloss` 0 to 2: strength of the
    highlights; 0 is matte. `roughness_noise` 0 to 1: dents and finger marks, as on clay, and an uneven outline.
    `saturation` 0.5 to 1.5 of all colours. `blush` 0 to 1 on the cheeks. `lashes`: long painted lashes.
    `outline` 0 to 1: how dark the painted lines around eyes and lips are. `simple_eyes`: plain dark ovals for eyes.
    `warmth` -1 to 1: of the light in the graded picture.
    """

    likeness: float = 1.0
    head_scale: float = 1.0
    eye_scale: float = 1.0
    skin_smoothness: float = 0.35
    gloss: float = 1.0
    roughness_noise: float = 0.0
    saturation: float = 1.0
    blush: float = 0.25
    lashes: bool = False
    outline: float = 0.5
    simple_eyes: bool = False
    warmth: float = 0.0


RANGES: dict[str, tuple[float, float]] = {
    "likeness": (0.0, 2.0),
    "head_scale": (0.8, 1.4),
    "eye_scale": (0.8, 1.6),
    "skin_smoothness": (0.0, 1.0),
    "gloss": (0.0, 2.0),
    "roughness_noise": (0.0, 1.0),
    "saturation": (0.5, 1.5),
    "blush": (0.0, 1.0),
    "outline": (0.0, 1.0),
    "warmth": (-1.0, 1.0),
}
"""Lowest and highest value of every setting that is a number."""


def read_settings(table: Iterable[tuple[str, Setting]]) -> FigureSettings:
    """The settings of a plan. DeclarationError for an unknown name, a wrong kind of value or one out of range."""
    known = {field.name for field in fields(FigureSettings)}
    values: dict[str, Setting] = {}
    for name, value in table:
        if name not in known:
            raise DeclarationError(
                name="engines.figure",
                why=f"there is no setting of one of its names; there are: {', '.join(sorted(known))}",
            )
        values[name] = _checked(name, value)
    return FigureSettings(**values)  # type: ignore[arg-type]


def _checked(name: str, value: Setting) -> Setting:
    if name not in RANGES:
        if not isinstance(value, bool):
            raise DeclarationError(name="engines.figure", why=f"{name} is either true or false")
        return value
    low, high = RANGES[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise DeclarationError(name="engines.figure", why=f"{name} must be a number between {low:g} and {high:g}")
    return float(value)
