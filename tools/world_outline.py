"""Draw ui/assets/world.svg: the land of the earth, small enough to ride along with the page.

Input: land-110m.json of npm world-atlas 2.0.2 (TopoJSON; Natural Earth 1:110m, public domain). Output: one SVG path in the
equirectangular projection, 4 units a degree, from 84 degrees north to 58 south; ui/assets/page.js puts the pin by the
same numbers.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/world_outline.py package/land-110m.json ui/assets/world.svg
"""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

Ring = list[tuple[float, float]]

NORTH, SOUTH = 84, -58
UNITS = 4
SMALLEST_AREA = 1.6
"""Square degrees; smaller islands are left out."""
TOLERANCE = 0.42
"""Degrees by which the drawn coast may miss the true one."""


def rings(topology: dict[str, Any]) -> list[Ring]:
    """Every ring of the land, in degrees (TopoJSON 1.0: delta-coded arcs, shared and reversed by ~index)."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for coded in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in coded:
            x, y = x + dx, y + dy
            arc.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(arc)
    found = []
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for indices in (ring for polygon in polygons for ring in polygon):
            ring: Ring = []
            for index in indices:
                arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                ring += arc[1:] if ring else arc
            found.append(ring)
    return found


def unwound(ring: Ring) -> list[Ring]:
    """A ring over the date line becomes two, one at each edge of the map; each is cut a little outside of it."""
    turn, whole = 0, [ring[0]]
    for (before, _), (x, y) in pairwise(ring):
        turn += 360 if x - before < -180 else -360 if x - before > 180 else 0
        whole.append((x + turn, y))
    copies = [whole]
    if max(x for x, _ in whole) > 180:
        copies.append([(x - 360, y) for x, y in whole])
    if min(x for x, _ in whole) < -180:
        copies.append([(x + 360, y) for x, y in whole])
    return [[(min(max(x, -183.0), 183.0), max(y, SOUTH)) for x, y in copy] for copy in copies]


def simplified(line: Ring) -> Ring:
    """Fewer points, none of the others farther away than TOLERANCE (Douglas and Peucker 1973)."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = math.hypot(bx - ax, by - ay)
    farthest, at = 0.0, 0
    for index, (x, y) in enumerate(line[1:-1], 1):
        away = abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length if length else math.hypot(x - ax, y - ay)
        if away > farthest:
            farthest, at = away, index
    if farthest <= TOLERANCE:
        return [line[0], line[-1]]
    return simplified(line[: at + 1])[:-1] + simplified(line[at:])


def area(ring: Ring) -> float:
    """Square degrees."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def path(ring: Ring) -> str:
    """The ring as SVG path data in relative whole units; "" if nothing is left of it."""
    half = len(ring) // 2
    rounded = [
        (round((x + 180) * UNITS), round((NORTH - y) * UNITS))
        for x, y in simplified(ring[: half + 1])[:-1] + simplified(ring[half:])
    ]
    points = [point for point, before in zip(rounded, [None, *rounded], strict=False) if point != before]
    if points[0] == points[-1]:
        points.pop()
    if len(points) < 3:
        return ""
    steps = [number for a, b in pairwise(points) for number in (b[0] - a[0], b[1] - a[1])]
    line = "".join(f"{step}" if step < 0 else f" {step}" for step in steps).lstrip()
    return f"M{points[0][0]} {points[0][1]}l{line}z"


def main(source: str, target: str) -> None:
    """Read `source`, write `target`."""
    land = rings(json.loads(Path(source).read_text("utf-8")))
    pieces = [piece for ring in land if max(y for _, y in ring) >= SOUTH for piece in unwound(ring)]
    data = "".join(path(ring) for ring in pieces if area(ring) >= SMALLEST_AREA)
    box = f"0 0 {360 * UNITS} {(NORTH - SOUTH) * UNITS}"
    style = 'stroke="#000" stroke-width="5" stroke-linejoin="round"'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path {style} d="{data}"/></svg>\n'
    Path(target).write_text(drawing, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
