"""Bake packs: `python -m tools.sculpt.bake stage blister face body:zip head:bob beard:full glasses --width 1280`.

Every job sets the studio up afresh, renders only what it needs, and writes its layer into the package.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import bpy
import cv2
import numpy as np

from . import lighting, materials, scene
from .clothes import OUTFITS
from .encode import write_face, write_layer
from .hair import STYLES
from .overlays import BEARDS, beard_mesh, glasses_meshes
from .render import Rendered, render
from .sdf import Mesh
from .studio import PICTURES, ROOT, Setup, Studio, base_light, canvas, empty_light

PACKS = ROOT / "stylize/engines/figure/packs"
STAGE = ROOT / "stylize/toybox/stage"
ALL = (
    "stage",
    "blister",
    "face",
    *(f"body:{name}" for name in OUTFITS),
    *(f"head:{name}" for name in ("bald", *STYLES)),
    *(f"beard:{name}" for name in BEARDS),
    "glasses",
)


def shadow_between(with_figure: np.ndarray, without: np.ndarray) -> np.ndarray:
    share = with_figure.mean(-1) / np.maximum(without.mean(-1), 1e-3)
    return np.clip(share, 0, 1.25).astype(np.float32)


def bake_stage(setup: Setup) -> int:
    at = Studio(setup, base=None, head=False)
    size = canvas(setup.stage_width)
    seen = render(at.scene, size, PICTURES / "stage.exr", transparent=False)
    pack = at.frames["pack"]
    anchors = {}
    names = ("top_left", "top_right", "bottom_right", "bottom_left")
    for kind, depth in (("card", -0.047), ("shelf", lighting.SHELF)):
        corners = lighting.shelf_corners(pack, depth)
        anchors |= {f"{kind}_{name}": corner for name, corner in zip(names, corners, strict=True)}
    anchors["slot_top_left"] = lighting.project(pack, (-3.55, -1.0, 9.35))
    anchors["slot_bottom_right"] = lighting.project(pack, (1.10, -1.0, 0.62))
    masks = {name: seen.masks[name] for name in ("card", "edge", "floor")}
    return write_layer(
        STAGE / "empty", light=seen.light, gloss=seen.gloss, masks=masks, box=(0, 0, *size), anchors=anchors, fill=False
    )


def bake_blister(setup: Setup) -> int:
    at = Studio(setup, base=None, head=False)
    scene.add_blister(at.frames["pack"])
    for light in [part for part in bpy.data.objects if part.type == "LIGHT"]:
        bpy.data.objects.remove(light)
    black = materials.black_material()
    for part in at.stage:
        for slot in part.material_slots:
            slot.material = black
    lighting.light_blister()
    size = canvas(setup.stage_width)
    seen = render(at.scene, size, PICTURES / "blister.exr", transparent=False, samples=setup.samples * 2)
    return write_layer(STAGE / "blister", light=np.minimum(seen.combined[..., :3], 4))


def bake_body(setup: Setup, outfit: str) -> int:
    empty = empty_light(setup)
    at = Studio(setup, base=outfit)
    at.show(at.body)
    seen = at.render(at.region(at.body))
    for part in at.head:
        bpy.data.objects.remove(part)
    at.head = []
    shadow = shadow_between(at.stage_light(), empty)
    figure = at.frames["figure"]
    anchors = {"feet": lighting.project(figure, (0, -0.3, 0)), "neck": lighting.project(figure, (0, 0, 4.4))}
    return write_layer(
        PACKS / "body" / outfit,
        light=seen.light,
        gloss=seen.gloss,
        masks=_parts(seen),
        shadow=shadow,
        anchors=anchors,
    )


def bake_head(setup: Setup, hair: str) -> int:
    bodied = base_light(setup)
    at = Studio(setup, hair=hair)
    at.show(at.head, at.hair, cut_by=(at.body,))
    seen = at.render(at.region(at.head, at.hair))
    shadow = shadow_between(at.stage_light(), bodied)
    frame = at.frames["head"]
    anchors = {
        "chin": lighting.project(frame, (0, -0.40, -0.61)),
        "brow": lighting.project(frame, (0, -0.45, 0.33)),
        "eye_left": lighting.project(frame, (-0.22, -0.37, 0.155)),
        "eye_right": lighting.project(frame, (0.22, -0.37, 0.155)),
        "crown": lighting.project(frame, (0, 0.10, 0.77)),
    }
    return write_layer(
        PACKS / "head" / hair,
        light=seen.light,
        gloss=seen.gloss,
        masks=_parts(seen),
        shadow=shadow,
        anchors=anchors,
    )


def bake_face(setup: Setup) -> int:
    at = Studio(setup, base=None)
    at.show(at.head)
    seen = at.render(at.region(at.head), samples=16)
    return write_face(PACKS / "face", uv=seen.face_uv, face=seen.masks["face"])


def bake_overlay(setup: Setup, folder: Path, parts: list[tuple[str, Mesh]]) -> int:
    """A layer on the head: its own passes where the head does not hide it, and how much light it takes from the head.
    Lenses ("lens") are only a faint glare that is drawn where they would be seen.
    """
    at = Studio(setup)
    lenses = [part for part in parts if part[0] == "lens"]
    at.add_extra([part for part in parts if part[0] != "lens"])
    left, top, right, bottom = at.region(at.extra)
    pad = 20 / setup.width
    region = (left - pad, top - pad, right + pad, bottom + pad)
    at.show(at.extra, cut_by=(at.head,))
    seen = at.render(region)
    at.show(at.head)
    shaded = at.render(region)
    frame, at.extra = at.extra, []
    for part in frame:
        bpy.data.objects.remove(part)
    bare = at.render(region)
    gloss = seen.gloss
    if lenses:
        at.add_extra(lenses)
        at.show(at.extra, cut_by=(at.head,))
        gloss = gloss + glare(at.render(region, samples=8).masks["lens"] * (1 - seen.masks["frame"]))
    skin = bare.masks["skin"] > 0.5
    share = np.where(skin[..., None], shaded.light / np.maximum(bare.light, 1e-3), 1)
    width, height = canvas(setup.width)
    box = tuple(round(v) for v in (region[0] * width, region[1] * height, region[2] * width, region[3] * height))
    masks = {name: seen.masks[name] for name in ("beard", "frame", "temple")}
    return write_layer(folder, light=seen.light, gloss=gloss, masks=masks, shade=np.clip(share, 0, 1), box=box)


def glare(lens: np.ndarray) -> np.ndarray:
    """(h, w, 3) light on glass: a breath of sky, and two slanting stripes on each lens."""
    out = np.zeros((*lens.shape, 3), np.float32)
    count, labels, stats, centres = cv2.connectedComponentsWithStats((lens > 0.5).astype(np.uint8))
    y, x = np.mgrid[: lens.shape[0], : lens.shape[1]].astype(np.float32)
    for index in range(1, count):
        reach = stats[index, cv2.CC_STAT_WIDTH] / 2
        if reach < 4:
            continue
        across = ((x - centres[index][0]) + 0.55 * (y - centres[index][1])) / reach
        stripes = _hump(across, -0.62, 0.20) + 0.7 * _hump(across, -0.22, 0.07)
        here = cv2.dilate((labels == index).astype(np.uint8), np.ones((5, 5), np.uint8)) * lens
        fade = np.clip(0.75 - (y - centres[index][1]) / (2.2 * reach), 0, 1)
        out += (here * (0.012 + 0.085 * stripes * fade))[..., None] * np.array([0.95, 0.98, 1.0], np.float32)
    return out


def _hump(x: np.ndarray, centre: float, half: float) -> np.ndarray:
    """1 within `half` of the centre, falling to 0 quickly beyond."""
    return np.clip((half + 0.03 - np.abs(x - centre)) / 0.06, 0, 1)


def _parts(seen: Rendered) -> dict[str, np.ndarray]:
    return {name: mask for name, mask in seen.masks.items() if name not in {"card", "floor", "face"}}


def run_job(job: str, setup: Setup) -> int:
    kind, _, name = job.partition(":")
    if kind == "body":
        return bake_body(setup, name)
    if kind == "head":
        return bake_head(setup, name)
    if kind == "beard":
        return bake_overlay(setup, PACKS / "beard" / name, [("beard", beard_mesh(name, 0.0085 * setup.coarse))])
    if kind == "glasses":
        return bake_overlay(setup, PACKS / "glasses" / "round", glasses_meshes(0.006 * setup.coarse))
    return {"stage": bake_stage, "blister": bake_blister, "face": bake_face}[kind](setup)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", default=ALL, help="what to bake; everything when left out")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--stage-width", type=int, default=960)
    parser.add_argument("--shadow-width", type=int, default=320)
    parser.add_argument("--samples", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--coarse", type=float, default=1.0)
    given = vars(parser.parse_args())
    jobs = given.pop("jobs")
    setup = Setup(**given)
    for job in jobs:
        begin = time.monotonic()
        size = run_job(job, setup)
        print(f"{job}: {size / 1024:.0f} KB in {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
