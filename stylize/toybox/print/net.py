"""The net of a tuck box: flat panels whose common edges are folds, and whose other edges are cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from stylize.paper import Spot

Edge = tuple[Spot, Spot]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One flat part: its corners in order, in millimetres."""

    name: str
    corners: tuple[Spot, ...]

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width, height."""
        across, down = zip(*self.corners, strict=True)
        return min(across), min(down), max(across) - min(across), max(down) - min(down)


@dataclass(frozen=True, kw_only=True, slots=True)
class Net:
    """All panels of a box that is `width` by `height` by `depth` millimetres when it stands."""

    width: float
    height: float
    depth: float
    panels: tuple[Panel, ...]

    def panel(self, name: str) -> Panel:
        return next(p for p in self.panels if p.name == name)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the flat net; it begins at (0, 0)."""
        spots = [spot for panel in self.panels for spot in panel.corners]
        return max(x for x, _ in spots), max(y for _, y in spots)

    @property
    def folds(self) -> tuple[Edge, ...]:
        """Edges that two panels have in common."""
        return tuple(edge for edge, times in self._counted().items() if times == 2)

    @property
    def cuts(self) -> tuple[Edge, ...]:
        """Edges of one panel alone: together the outline."""
        return tuple(edge for edge, times in self._counted().items() if times == 1)

    def _counted(self) -> Counter[Edge]:
        return Counter(_same(edge) for panel in self.panels for edge in panel.edges)


def tuck_box(width: float, height: float, depth: float, *, flap: float = 10.0, tuck: float = 12.0) -> Net:
    """Glue flap, back, side, front, side from left to right; lid and bottom hang on the back; dust flaps on the sides.

    `flap`: width of the glue flap; `tuck`: length of what is pushed in.
    """
    top = depth + tuck
    low = top + height
    names = ("back", "left", "front", "right")
    walls, x = [], flap
    for name, wide in zip(names, (width, depth, width, depth), strict=True):
        walls.append(Panel(name=name, corners=_oblong(x, top, x + wide, low)))
        x += wide
    slant = 0.5 * flap
    glue = Panel(name="glue", corners=((0.0, top + slant), (flap, top), (flap, low), (0.0, low - slant)))
    ends: list[Panel] = []
    for end, edge, way in (("lid", top, -1), ("bottom", low, 1)):
        left, right = flap, flap + width
        inner, outer = edge + way * depth, edge + way * (depth + tuck)
        ends.append(Panel(name=end, corners=_oblong(left, edge, right, inner)))
        ease = 0.35 * tuck
        corners = ((left, inner), (right, inner), (right - ease, outer), (left + ease, outer))
        ends.append(Panel(name=f"{end} tuck", corners=corners))
        for wall in (walls[1], walls[3]):
            begin, _, wide, _ = wall.box
            end_at, reach = begin + wide, edge + way * min(0.75 * depth, 0.45 * width)
            corners = ((begin, edge), (end_at, edge), (end_at - 0.18 * wide, reach), (begin + 0.18 * wide, reach))
            ends.append(Panel(name=f"{end} dust {wall.name}", corners=corners))
    return Net(width=width, height=height, depth=depth, panels=(glue, *walls, *ends))


def _oblong(left: float, top: float, right: float, bottom: float) -> tuple[Spot, ...]:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _same(edge: Edge) -> Edge:
    """The same edge whichever way round it was drawn, rounded to a thousandth of a millimetre."""
    one, other = ((round(x, 3), round(y, 3)) for x, y in edge)
    return (one, other) if one <= other else (other, one)
