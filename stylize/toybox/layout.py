"""Where things are on the card, in card units: u rightwards, v downwards from its upper left corner, 8.6 by 12.4."""

from __future__ import annotations

from dataclasses import dataclass

WIDE, TALL = 8.6, 12.4
FIGURE = (3.15, 6.3)
COLUMN = 6.72


@dataclass(frozen=True, kw_only=True, slots=True)
class Tray:
    """A place for an accessory: its middle and half its sides. `reach`: half the size of what lies in it."""

    u: float
    v: float
    half_width: float
    half_height: float
    reach: float


def trays(count: int) -> tuple[Tray, ...]:
    """The places for 0 to 4 accessories, top to bottom."""
    if count == 1:
        return (Tray(u=COLUMN, v=5.75, half_width=1.25, half_height=1.55, reach=1.18),)
    if count == 2:
        return tuple(Tray(u=COLUMN, v=v, half_width=1.25, half_height=1.42, reach=1.14) for v in (5.35, 8.75))
    if count == 3:
        return tuple(Tray(u=COLUMN, v=v, half_width=1.25, half_height=1.2, reach=1.0) for v in (4.62, 7.28, 9.94))
    return tuple(Tray(u=COLUMN, v=4.36 + 1.98 * k, half_width=1.25, half_height=0.88, reach=0.76) for k in range(count))
