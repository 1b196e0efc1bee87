"""Bake packs: `python -m tools.sculpt.bake stage blister face body:zip head:bob beard:full glasses --width 1280`.

Every job sets the studio up afresh, renders only what it needs, and writes its layer into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import time
from dataclasses import dataclass
from pathlib import Path

import bpy
import cv2
import numpy as np

from . import scene as studio
from .clothes import OUTFITS, dress_figure
from .encode import write_face, write_layer
from .hair import STYLES, hair_mesh
from .head import ears_mesh, head_mesh
from .overlays import BEARDS, beard_mesh, glasses_meshes
from .render import Rendered, render
from .sdf import Mesh

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "stylize/engines/figure/packs"
STAGE = ROOT / "stylize/toybox/stage"
SCRATCH = ROOT / "build/sculpt"
PICTURES = SCRATCH / str(os.getpid())
CODE = hashlib.sha256(
    b"".join((Path(__file__).parent / name).read_bytes() for name in ("sdf.py", "limbs.py", "clothes.py"))
).hexdigest()[:12]
ALL = (
    "stage",
    "blister",
    "face",
    *(f"body:{name}" for name in OUTFITS),
    *(f"head:{name}" for name in ("bald", *STYLES)),
    *(f"beard:{name}" for name in BEARDS),
    "glasses",
)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How fine to bake. `width` of the figure's canvas in pixels (4:5), `stage_width` of the stage's; `coarse` voxels."""

    width: int
    stage_width: int
    shadow_width: int
    samples: int
    threads: int
    coarse: float


def canvas(width: int) -> tuple[int, int]:
    return width, width * 5 // 4


class Studio:
    """One set-up of the studio, with the figure's parts by name."""

    def __init__(self, setup: Setup, *, base: str | None = "zip", head: bool = True, hair: str = "bald") -> None:
        self.setup = setup
        self.scene = studio.start(samples=setup.samples, threads=setup.threads)
        self.frames = studio.add_frames()
        self.materials: dict[str, bpy.types.Material] = {}
        self.stage = [*studio.add_card(self.frames["pack"]), studio.add_floor()]
        studio.add_camera()
        studio.light_figure()
        self.body = self._add_body(base) if base else []
        self.head = self._add_head() if head else []
        self.hair = self._add_hair(hair) if hair != "bald" else []
        self.extra: list[bpy.types.Object] = []
        bpy.context.view_layer.update()

    def _add_body(self, outfit: str) -> list[bpy.types.Object]:
        made = [studio.add_pedestal(self.frames["pack"])]
        for index, (part, mesh) in enumerate(_kept_figure(outfit, self.setup.coarse)):
            material = studio.part_material(part)
            made.append(studio.add_mesh(f"{part}{index}", material, *mesh, parent=self.frames["figure"]))
        return made

    def _add_head(self) -> list[bpy.types.Object]:
        skin, frame = studio.part_material("skin"), self.frames["head"]
        vertices, faces, uv, front = head_mesh()
        return [
            studio.add_mesh("head", skin, vertices, faces, parent=frame, uv=uv, front=front),
            studio.add_mesh("ears", skin, *ears_mesh(), parent=frame),
        ]

    def _add_hair(self, style: str) -> list[bpy.types.Object]:
        mesh = hair_mesh(style, 0.0095 * self.setup.coarse)
        return [studio.add_mesh("hair", studio.part_material("hair"), *mesh, parent=self.frames["head"])]

    def add_extra(self, parts: list[tuple[str, tuple[np.ndarray, np.ndarray]]]) -> None:
        for part, mesh in parts:
            made = studio.add_mesh(part, studio.part_material(part), *mesh, parent=self.frames["head"])
            self.extra.append(made)
        bpy.context.view_layer.update()

    def show(self, *seen: list[bpy.types.Object], cut_by: tuple[list[bpy.types.Object], ...] = ()) -> None:
        """Only `seen` is seen by the camera; everything else still lights and shadows it; `cut_by` hides what is
        behind it.
        """
        for group in (self.stage, self.body, self.head, self.hair, self.extra):
            for part in group:
                part.visible_camera = group in seen or group in cut_by
                part.is_holdout = group in cut_by
                own = self.materials.setdefault(part.name, part.material_slots[0].material)
                part.material_slots[0].material = studio.blank_material() if part.is_holdout else own

    def region(self, *groups: list[bpy.types.Object]) -> tuple[float, float, float, float]:
        """What part of the canvas the groups' meshes take up, on whole pixels with a rim, as fractions."""
        bpy.context.view_layer.update()
        points = []
        for part in (part for group in groups for part in group):
            flat = np.zeros(len(part.data.vertices) * 3, np.float32)
            part.data.vertices.foreach_get("co", flat)
            matrix = np.array(part.matrix_world)
            points.append(flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
        seen = self._to_canvas(np.concatenate(points))
        width, height = canvas(self.setup.width)
        left, top = np.floor(seen.min(0) * (width, height) - 6)
        right, bottom = np.ceil(seen.max(0) * (width, height) + 6)
        return float(left / width), float(top / height), float(right / width), float(bottom / height)

    def _to_canvas(self, points: np.ndarray) -> np.ndarray:
        camera = self.scene.camera
        inverse = np.array(camera.matrix_world.inverted())
        local = points @ inverse[:3, :3].T + inverse[:3, 3]
        focal = camera.data.lens / camera.data.sensor_height
        y = 0.5 - focal * local[:, 1] / -local[:, 2]
        x = 0.5 + focal * local[:, 0] / -local[:, 2] * 5 / 4
        return np.stack([x, y], 1)

    def render(self, region: tuple[float, float, float, float] | None = None, **options: object) -> Rendered:
        size = canvas(self.setup.width)
        return render(self.scene, size, PICTURES / "pass.exr", region=region, transparent=True, **options)

    def stage_light(self) -> np.ndarray:
        """(h, w, 3) light on the stage with everything else unseen, small and smooth."""
        self.show(self.stage)
        size = canvas(self.setup.shadow_width)
        seen = render(
            self.scene, size, PICTURES / "shadow.exr", transparent=False, samples=max(16, self.setup.samples // 2)
        )
        self.scene.cycles.samples = self.setup.samples
        return seen.light


def shadow_between(with_figure: np.ndarray, without: np.ndarray) -> np.ndarray:
    share = with_figure.mean(-1) / np.maximum(without.mean(-1), 1e-3)
    return np.clip(share, 0, 1.25).astype(np.float32)


def _kept_figure(outfit: str, coarse: float) -> list[tuple[str, Mesh]]:
    """The meshes of an outfit, kept as long as the sculpting code does not change."""
    path = SCRATCH / f"{outfit}_{coarse}_{CODE}.pickle"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(dress_figure(outfit, coarse=coarse)))
    return pickle.loads(path.read_bytes())


def empty_light(setup: Setup) -> np.ndarray:
    return _kept("empty", setup, lambda: Studio(setup, base=None, head=False).stage_light())


def base_light(setup: Setup) -> np.ndarray:
    return _kept("base", setup, lambda: Studio(setup, head=False).stage_light())


def _kept(name: str, setup: Setup, make: object) -> np.ndarray:
    """Stage light that several jobs compare with, kept between runs of the same fineness."""
    path = SCRATCH / f"{name}_{setup.shadow_width}_{setup.samples}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, make())
    return np.load(path)


# ---------------------------------------------------------------- jobs


def bake_stage(setup: Setup) -> int:
    at = Studio(setup, base=None, head=False)
    size = canvas(setup.stage_width)
    seen = render(at.scene, size, PICTURES / "stage.exr", transparent=False)
    pack = at.frames["pack"]
    anchors = {}
    names = ("top_left", "top_right", "bottom_right", "bottom_left")
    for kind, depth in (("card", -0.047), ("shelf", studio.SHELF)):
        corners = studio.shelf_corners(pack, depth)
        anchors |= {f"{kind}_{name}": corner for name, corner in zip(names, corners, strict=True)}
    anchors["slot_top_left"] = studio.project(pack, (-3.55, -1.0, 9.35))
    anchors["slot_bottom_right"] = studio.project(pack, (1.10, -1.0, 0.62))
    masks = {name: seen.masks[name] for name in ("card", "edge", "floor")}
    return write_layer(
        STAGE / "empty", light=seen.light, gloss=seen.gloss, masks=masks, box=(0, 0, *size), anchors=anchors, fill=False
    )


def bake_blister(setup: Setup) -> int:
    at = Studio(setup, base=None, head=False)
    studio.add_blister(at.frames["pack"])
    for light in [part for part in bpy.data.objects if part.type == "LIGHT"]:
        bpy.data.objects.remove(light)
    black = studio.black_material()
    for part in at.stage:
        for slot in part.material_slots:
            slot.material = black
    studio.light_blister()
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
    anchors = {"feet": studio.project(figure, (0, -0.3, 0)), "neck": studio.project(figure, (0, 0, 4.4))}
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
        "chin": studio.project(frame, (0, -0.40, -0.61)),
        "brow": studio.project(frame, (0, -0.45, 0.33)),
        "eye_left": studio.project(frame, (-0.22, -0.37, 0.155)),
        "eye_right": studio.project(frame, (0.22, -0.37, 0.155)),
        "crown": studio.project(frame, (0, 0.10, 0.77)),
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
