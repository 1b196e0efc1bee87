"""What a style may ask of the painting engine: the table `[engines.painting]` of its declaration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from stylize.errors import DeclarationError
from stylize.models import Setting

MOODS = ("day", "dusk", "night", "meadow", "seaside", "city", "studio")
"""The painted backdrops. `auto` chooses one of the first six by the seed."""

RANGES: dict[str, tuple[float, float]] = {
    "eye_scale": (1.0, 1.6),
    "line_strength": (0.0, 1.5),
    "warmth": (-1.0, 1.0),
    "exaggeration": (0.0, 1.0),
    "head_scale": (1.0, 1.4),
    "looseness": (0.0, 1.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PaintingSettings:
    """How a painting is painted. Ranges: `RANGES`.

    `mood`: one of `MOODS` or "auto". `eye_scale`: how much larger than life the eyes are. `line_strength`: ink, 0 for
    none, 1 as a rule. `warmth`: the grade, -1 cool to 1 warm. `exaggeration`: how far the face is driven away from the
    average one (a caricature: 0.5 to 0.8). `head_scale`: how much larger than life the head is. `looseness`: 0 clean
    cel painting, 1 brush strokes only.
    """

    mood: str = "auto"
    eye_scale: float = 1.25
    line_strength: float = 1.0
    warmth: float = 0.15
    exaggeration: float = 0.0
    head_scale: float = 1.0
    looseness: float = 0.0


def read_settings(pairs: Iterable[tuple[str, Setting]]) -> PaintingSettings:
    """The settings a plan carries. Raises DeclarationError for an unknown name or a value out of range."""
    known = {field.name for field in fields(PaintingSettings)}
    given: dict[str, str | float] = {}
    for name, value in pairs:
        if name not in known:
            raise _off(f"[engines.painting] knows no setting {name!r}; it knows {', '.join(sorted(known))}")
        if name == "mood":
            if value not in ("auto", *MOODS):
                raise _off(f"mood must be auto or one of {', '.join(MOODS)}")
            given[name] = str(value)
            continue
        low, high = RANGES[name]
        if isinstance(value, bool | str) or not low <= value <= high:
            raise _off(f"{name} must be a number from {low:g} to {high:g}")
        given[name] = float(value)
    return PaintingSettings(**given)  # type: ignore[arg-type]


def _off(why: str) -> DeclarationError:
    return DeclarationError(name="painting", why=why)
