"""What stands in the studio: hang card, floor sweep, pedestal and blister; and Cycles with every pass that is needed."""

from __future__ import annotations

import math

import bpy
import numpy as np
from shapely.geometry import Polygon

from .materials import MASKS, UV_PASS, add_mesh, clear_material, part_material
from .sdf import join, meet, polygonise, superellipse

HEAD_SCALE = 2.5
FIGURE_X, FIGURE_Y, FIGURE_Z, FIGURE_SCALE = -1.18, -1.15, 1.16, 0.925
CARD_WIDTH, CARD_HEIGHT, CARD_CORNER = 8.6, 12.4, 0.45


def start(*, samples: int, threads: int) -> bpy.types.Scene:
    """An empty Blender with Cycles on the CPU, and every pass that a layer needs."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = samples
    cycles.use_denoising = False
    cycles.use_adaptive_sampling = False
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 3, 2
    cycles.transparent_max_bounces = 8
    cycles.sample_clamp_indirect = 4
    cycles.pixel_filter_type = "BLACKMAN_HARRIS"
    cycles.filter_width = 1.4
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    scene.render.use_persistent_data = False
    scene.view_settings.view_transform = "Standard"
    layer = bpy.context.view_layer
    for kind in ("diffuse", "glossy"):
        for part in ("direct", "indirect", "color"):
            setattr(layer, f"use_pass_{kind}_{part}", True)
    layer.cycles.denoising_store_passes = True
    for name in [*(f"mask{i}" for i in range((len(MASKS) + 2) // 3)), UV_PASS]:
        output = layer.aovs.add()
        output.name, output.type = name, "COLOR"
    settings = scene.render.image_settings
    settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "16"
    settings.exr_codec = "ZIP"
    return scene


def empty(name: str, parent: bpy.types.Object | None = None) -> bpy.types.Object:
    made = bpy.data.objects.new(name, None)
    bpy.context.collection.objects.link(made)
    made.parent = parent
    return made


def add_frames() -> dict[str, bpy.types.Object]:
    """The coordinate frames: pack (card, leaning and turned a little), figure in it, head on the figure."""
    pack = empty("pack")
    pack.rotation_euler = (math.radians(-3.0), 0, math.radians(9))
    pack.location = (0, 0, 0.02)
    figure = empty("figure", pack)
    figure.location = (FIGURE_X, FIGURE_Y, FIGURE_Z)
    figure.scale = (FIGURE_SCALE,) * 3
    figure.rotation_euler = (0, 0, math.radians(4))
    head = empty("head", figure)
    head.location = (0, -0.04, 5.90)
    head.scale = (HEAD_SCALE,) * 3
    head.rotation_euler = (math.radians(-2), math.radians(1.5), math.radians(5))
    return {"pack": pack, "figure": figure, "head": head}


def _card_outline() -> np.ndarray:
    points = []
    half, radius = CARD_WIDTH / 2, CARD_CORNER
    for x, z, begin, r in (
        (half, CARD_HEIGHT, 0.0, radius),
        (-half, CARD_HEIGHT, 0.5, radius),
        (-half, 0, 1.0, radius * 0.4),
        (half, 0, 1.5, radius * 0.4),
    ):
        for k in range(13):
            angle = (begin + k / 24) * math.pi
            points.append((x - math.copysign(r, x) + r * math.cos(angle), abs(z - r) + r * math.sin(angle)))
    return np.array(points)


def _hang_hole() -> np.ndarray:
    """The European hang hole."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    top = CARD_HEIGHT - 0.62
    bar = np.stack([np.cos(turn) * 0.15 + np.sign(np.cos(turn)) * 0.62, np.sin(turn) * 0.15 + top], 1)
    disc = np.stack([np.cos(turn) * 0.27, np.sin(turn) * 0.27 + top + 0.04], 1)
    return np.array(Polygon(bar).buffer(0).union(Polygon(disc)).simplify(0.004).exterior.coords)[:-1]


def add_card(parent: bpy.types.Object) -> list[bpy.types.Object]:
    """The card's front as "card", its rim and back as "edge"."""
    curve = bpy.data.curves.new("outline", "CURVE")
    curve.dimensions, curve.fill_mode = "2D", "BOTH"
    curve.extrude, curve.bevel_depth, curve.bevel_resolution = 0.035, 0.012, 2
    for points in (_card_outline(), _hang_hole()):
        spline = curve.splines.new("POLY")
        spline.points.add(len(points) - 1)
        spline.use_cyclic_u = True
        for point, (x, z) in zip(spline.points, points, strict=True):
            point.co = (x, z, 0, 1)
    temporary = bpy.data.objects.new("outline", curve)
    bpy.context.collection.objects.link(temporary)
    bpy.context.view_layer.update()
    mesh = bpy.data.meshes.new_from_object(temporary.evaluated_get(bpy.context.evaluated_depsgraph_get()))
    bpy.data.objects.remove(temporary)
    flat = np.zeros(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", flat)
    x, z, depth = flat.reshape(-1, 3).T
    mesh.vertices.foreach_set("co", np.stack([x, -depth, z], 1).ravel())
    mesh.update()
    mesh.materials.clear()
    mesh.materials.append(part_material("card"))
    mesh.materials.append(part_material("edge"))
    centres = np.zeros(len(mesh.polygons) * 3, np.float32)
    mesh.polygons.foreach_get("center", centres)
    mesh.polygons.foreach_set("material_index", (centres.reshape(-1, 3)[:, 1] > -0.042).astype(np.int32))
    card = bpy.data.objects.new("card", mesh)
    bpy.context.collection.objects.link(card)
    card.parent = parent
    return [card]


def add_floor() -> bpy.types.Object:
    """A floor that sweeps up into the wall."""
    profile = [(-30, 0), (0, 0), (6, 0), (9, 0)]
    profile += [(9 + 9 * math.sin(t), 9 - 9 * math.cos(t)) for t in np.linspace(0.05, math.pi / 2, 24)]
    profile += [(18, 40)]
    vertices = np.array([(x, y, z) for y, z in profile for x in (-40, 40)], float)
    faces = np.array([(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)])
    return add_mesh("floor", part_material("floor"), vertices, faces)


def pedestal(p: np.ndarray) -> np.ndarray:
    """Two rounded tiers with a groove between them and a sunken top; in the frame of the pack."""
    q = p - np.array([FIGURE_X, -1.22, 0.92])
    out = superellipse(np.hypot(q[..., 0], 0.02), np.hypot(q[..., 1], 0.02), 1.62, 1.02, 2.5) - 1
    low = meet(out * 1.02, np.abs(q[..., 2] + 0.12) - 0.13, 0.10)
    high = meet((out + 0.075) * 1.02, np.abs(q[..., 2] - 0.12) - 0.14, 0.09)
    well = meet((out + 0.145) * 1.02, 0.236 - q[..., 2], 0.03)
    return meet(join(low, high, 0.035), -well, 0.03)


def add_pedestal(parent: bpy.types.Object) -> bpy.types.Object:
    low, high = (FIGURE_X - 1.8, -2.4, 0.5), (FIGURE_X + 1.8, 0, 1.3)
    return add_mesh("pedestal", part_material("edge"), *polygonise(pedestal, low, high, 0.02), parent=parent)


def blister(p: np.ndarray) -> np.ndarray:
    """The bubble with its flange, in the frame of the pack."""
    wide, bottom, top, deep = 3.92, 0.42, 9.55, 2.45
    q = p - np.array([0, 0, (bottom + top) / 2])
    draft = -q[..., 1] / deep * 0.16
    r = 0.55
    ax = np.abs(q[..., 0]) - (wide - 0.16 - draft - r)
    az = np.abs(q[..., 2]) - ((top - bottom) / 2 - 0.16 - draft - r)
    wall = np.sqrt(np.maximum(ax, 0) ** 2 + np.maximum(az, 0) ** 2) + np.minimum(np.maximum(ax, az), 0) - r
    bubble = meet(meet(wall, -q[..., 1] - deep, 0.45), p[..., 1], 0.02)
    sides = meet(np.abs(p[..., 0]) - wide, np.abs(q[..., 2]) - (top - bottom) / 2, 0.3)
    return join(bubble, meet(sides, np.abs(p[..., 1] + 0.09) - 0.03, 0.03), 0.12)


def add_blister(parent: bpy.types.Object) -> bpy.types.Object:
    mesh = polygonise(blister, (-4.1, -2.7, 0.2), (4.1, 0.12, 9.8), 0.02)
    made = add_mesh("blister", clear_material("blister", ior=1.62, roughness=0.075), *mesh, parent=parent)
    made.visible_shadow = False
    return made
