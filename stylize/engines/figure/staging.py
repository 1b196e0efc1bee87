"""Where the figure stands: in a picture of its own, and on the stage of the toy box."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.baked import WHOLE_CANVAS, View
from stylize.engines.figure.backdrop import cast_shadow, choose_paper, studio
from stylize.engines.figure.draw import Floats, soften
from stylize.engines.figure.grade import develop
from stylize.engines.figure.pack import Passes, figure_frame, load_figure
from stylize.engines.figure.settings import FigureSettings
from stylize.engines.figure.shape import bend_map, warp_passes
from stylize.geometry import Box
from stylize.models import Cutout, Look, Pixels, Plan

_CANVAS = (800, 1000)
"""Any canvas of the stage's aspect: only the proportion of two views is read from it."""


def picture_frame(look: Look, settings: FigureSettings) -> Box:
    """What part of the stage a picture without a box shows: the figure, with room for a grown head."""
    frame = figure_frame(look.outfit, look.hair, pad=0.055)
    grown = max(0.0, settings.head_scale - 1)
    up, out = 0.40 * grown * frame.height, 0.20 * grown * frame.width
    return Box(left=frame.left - out, top=frame.top - up, right=frame.right + out, bottom=frame.bottom)


def pose(plan: Plan, settings: FigureSettings, bones: mesh.ThinPlate | None) -> Passes:
    """The passes of the figure for its own picture, the head bent to the person's shape."""
    look = plan.look
    passes = load_figure(
        look.outfit, look.hair, look.beard, look.glasses, size=plan.size, frame=picture_frame(look, settings)
    )
    back = bend_map(passes, bones, settings, look.hair, plan.seed)
    return passes if back is None else warp_passes(passes, back)


def photograph(passes: Passes, light: Floats, plan: Plan, settings: FigureSettings) -> Pixels:
    """The figure in the studio, developed."""
    middle, _ = passes.anchors["feet"]
    feet = (middle, passes.box.bottom - 0.03 * passes.box.height)
    scene = studio(plan.size, choose_paper(plan.look, plan.seed), passes.box, feet)
    scene *= cast_shadow(passes.alpha, passes.masks["edge"], passes.box)[..., None]
    scene *= (1 - passes.alpha)[..., None]
    scene += light
    return develop(scene, saturation=settings.saturation, warmth=settings.warmth, seed=plan.seed)


def alone(passes: Passes, light: Floats, plan: Plan, settings: FigureSettings) -> Pixels:
    """The figure of `photograph` without the studio, (h, w, 4) uint8 with straight alpha.

    Its outline keeps the figure's own light: no rim of the studio's colour.
    """
    cover = np.clip(passes.alpha, 0, 1)
    own = np.asarray(light / np.maximum(cover, 0.02)[..., None], np.float32)
    colours = develop(own, saturation=settings.saturation, warmth=settings.warmth, seed=plan.seed)
    return np.dstack([colours, np.asarray(cover * 255 + 0.5, np.uint8)])


def cut_out(
    passes: Passes, light: Floats, plan: Plan, settings: FigureSettings, bones: mesh.ThinPlate | None
) -> Cutout:
    """The same figure where the stage of the toy box expects it, with the shadow that it throws on the card."""
    look, size = plan.look, plan.size
    near = np.vstack([View(size=size, frame=picture_frame(look, settings)).matrix(_CANVAS), [0, 0, 1]])
    stage = np.vstack([View(size=size, frame=WHOLE_CANVAS).matrix(_CANVAS), [0, 0, 1]])
    move = (stage @ np.linalg.inv(near)).astype(np.float64)
    scale = float(move[0, 0])
    move[:2, 2] += 0.5 * scale - 0.5
    blur = 0.32 * float(np.sqrt(max(1 / scale**2 - 1, 0))) + 0.01

    def shrink(layer: Floats) -> Floats:
        layer = soften(layer, blur)
        return np.asarray(
            cv2.warpAffine(layer, move[:2], (size.width, size.height), flags=cv2.INTER_LINEAR), np.float32
        )

    staged = load_figure(look.outfit, look.hair, look.beard, look.glasses, size=size)
    back = bend_map(staged, bones, settings, look.hair, plan.seed)
    shadow = staged.shadow
    if back is not None:
        x, y = np.ascontiguousarray(back[..., 0]), np.ascontiguousarray(back[..., 1])
        bent = cv2.remap(shadow, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        shadow = np.asarray(bent, np.float32)
    return Cutout(
        light=np.maximum(shrink(light), 0), alpha=np.clip(shrink(passes.alpha), 0, 1), shadow=shadow, staged=True
    )
