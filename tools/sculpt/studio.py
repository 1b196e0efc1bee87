"""The studio set up for one job: the stage, one figure, and who is seen, hides others or only lights them."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from . import lighting, materials, scene
from .clothes import dress_figure
from .hair import hair_mesh
from .head import ears_mesh, head_mesh
from .render import Rendered, render
from .sdf import Mesh

ROOT = Path(__file__).parents[2]
SCRATCH = ROOT / "build/sculpt"
PICTURES = SCRATCH / str(os.getpid())
CODE = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()[
    :12
]


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
        self.scene = scene.start(samples=setup.samples, threads=setup.threads)
        self.frames = scene.add_frames()
        self.materials: dict[str, bpy.types.Material] = {}
        self.stage = [*scene.add_card(self.frames["pack"]), scene.add_floor()]
        lighting.add_camera()
        lighting.light_figure()
        self.body = self._add_body(base) if base else []
        self.head = self._add_head() if head else []
        self.hair = self._add_hair(hair) if hair != "bald" else []
        self.extra: list[bpy.types.Object] = []
        bpy.context.view_layer.update()

    def _add_body(self, outfit: str) -> list[bpy.types.Object]:
        made = [scene.add_pedestal(self.frames["pack"])]
        for index, (part, mesh) in enumerate(_kept_figure(outfit, self.setup.coarse)):
            material = materials.part_material(part)
            made.append(materials.add_mesh(f"{part}{index}", material, *mesh, parent=self.frames["figure"]))
        return made

    def _add_head(self) -> list[bpy.types.Object]:
        skin, frame = materials.part_material("skin"), self.frames["head"]
        vertices, faces, uv, front = head_mesh()
        return [
            materials.add_mesh("head", skin, vertices, faces, parent=frame, uv=uv, front=front),
            materials.add_mesh("ears", skin, *ears_mesh(), parent=frame),
        ]

    def _add_hair(self, style: str) -> list[bpy.types.Object]:
        mesh = hair_mesh(style, 0.0095 * self.setup.coarse)
        return [materials.add_mesh("hair", materials.part_material("hair"), *mesh, parent=self.frames["head"])]

    def add_extra(self, parts: list[tuple[str, tuple[np.ndarray, np.ndarray]]]) -> None:
        for part, mesh in parts:
            made = materials.add_mesh(part, materials.part_material(part), *mesh, parent=self.frames["head"])
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
                part.material_slots[0].material = materials.blank_material() if part.is_holdout else own

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


def _kept(name: str, setup: Setup, make: Callable[[], np.ndarray]) -> np.ndarray:
    """Stage light that several jobs compare with, kept between runs of the same fineness."""
    path = SCRATCH / f"{name}_{setup.shadow_width}_{setup.samples}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, make())
    return np.load(path)
