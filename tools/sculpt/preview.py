"""Contact sheets of the geometry, quickly: `python -m tools.sculpt.preview heads out.png [style ...]` (or `bodies`)."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from .clothes import OUTFITS
from .hair import STYLES
from .overlays import beard_mesh, glasses_meshes
from .render import render
from .studio import PICTURES, Setup, Studio, canvas

COLOURS = {
    "skin": (0.75, 0.47, 0.33), "hair": (0.16, 0.075, 0.03), "beard": (0.16, 0.075, 0.03), "outer": (0.62, 0.06, 0.03),
    "outer2": (0.40, 0.03, 0.02), "inner": (0.85, 0.85, 0.85), "accent": (0.04, 0.14, 0.60), "pants": (0.04, 0.08, 0.20),
    "shoe": (0.8, 0.8, 0.8), "sole": (0.9, 0.9, 0.9), "dark": (0.02, 0.02, 0.02), "metal": (0.6, 0.6, 0.6),
    "frame": (0.01, 0.01, 0.01), "temple": (0.01, 0.01, 0.01), "edge": (0.9, 0.6, 0.03), "card": (0.03, 0.25, 0.75),
    "floor": (0.8, 0.65, 0.5),
}  # fmt: skip
HEAD_REGION = (0.13, 0.25, 0.57, 0.66)
BODY_REGION = (0.15, 0.53, 0.60, 0.92)


def tile(at: Studio, width: int, region: tuple[float, float, float, float], samples: int) -> np.ndarray:
    """A picture of what stands in the studio, in plain colours."""
    at.show(at.stage, at.body, at.head, at.hair, at.extra)
    seen = render(at.scene, canvas(width), PICTURES / "tile.exr", region=region, transparent=False, samples=samples)
    albedo = sum(seen.masks[name][..., None] * np.array(COLOURS[name], np.float32) for name in COLOURS)
    linear = albedo * seen.light + seen.gloss
    height = width * 5 // 4
    crop = np.s_[int(region[1] * height) : int(region[3] * height), int(region[0] * width) : int(region[2] * width)]
    return (np.clip(linear[crop], 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)


def main() -> None:
    kind, target, *names = sys.argv[1:]
    setup = Setup(width=820, stage_width=820, shadow_width=240, samples=10, threads=2, coarse=1.5)
    tiles = []
    for name in names or (OUTFITS if kind == "bodies" else STYLES):
        if kind == "bodies":
            at = Studio(setup, base=name, hair="bald")
        else:
            hair, *extras = name.split("+")
            at = Studio(Setup(**{**vars(setup), "coarse": 1.4}), hair=hair)
            for extra in extras:
                parts = (
                    [p for p in glasses_meshes(0.009) if p[0] != "lens"]
                    if extra == "glasses"
                    else [("beard", beard_mesh(extra, 0.012))]
                )
                at.add_extra(parts)
        tiles.append(tile(at, setup.width, BODY_REGION if kind == "bodies" else HEAD_REGION, setup.samples))
        print(name, flush=True)
    columns = min(len(tiles), 4)
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    sheet = np.concatenate([np.concatenate(tiles[i : i + columns], 1) for i in range(0, len(tiles), columns)], 0)
    cv2.imwrite(str(Path(target)), sheet[..., ::-1])


if __name__ == "__main__":
    main()
