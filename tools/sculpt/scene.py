"""The photo studio in Blender: hang card, floor sweep, blister, lights, camera, and materials that tell parts apart."""

from __future__ import annotations

import math

import bpy
import mathutils
import numpy as np
from bpy_extras.object_utils import world_to_camera_view
from shapely.geometry import Polygon

from .sdf import join, meet, polygonise, superellipse

HEAD_SCALE = 2.5
FIGURE_X, FIGURE_Y, FIGURE_Z, FIGURE_SCALE = -1.18, -1.15, 1.16, 0.925
CARD_WIDTH, CARD_HEIGHT, CARD_CORNER = 8.6, 12.4, 0.45
SHELF = -0.55

# What each part reflects while baking: greys, so that neighbours do not tint each other; (albedo, roughness, coat).
PARTS: dict[str, tuple[tuple[float, float, float], float, float]] = {
    "skin": ((0.62, 0.50, 0.44), 0.42, 0.18),
    "hair": ((0.25, 0.23, 0.22), 0.36, 0.35),
    "beard": ((0.25, 0.23, 0.22), 0.42, 0.20),
    "outer": ((0.38, 0.38, 0.38), 0.48, 0.18),
    "outer2": ((0.35, 0.35, 0.35), 0.44, 0.18),
    "inner": ((0.62, 0.62, 0.62), 0.50, 0.0),
    "accent": ((0.38, 0.36, 0.36), 0.38, 0.18),
    "pants": ((0.30, 0.30, 0.32), 0.52, 0.0),
    "shoe": ((0.45, 0.45, 0.45), 0.28, 0.18),
    "sole": ((0.75, 0.75, 0.74), 0.50, 0.0),
    "dark": ((0.05, 0.05, 0.05), 0.25, 0.18),
    "metal": ((0.75, 0.75, 0.76), 0.22, 0.0),
    "frame": ((0.06, 0.06, 0.06), 0.18, 0.25),
    "temple": ((0.06, 0.06, 0.06), 0.18, 0.25),
    "lens": ((0.05, 0.05, 0.05), 0.10, 0.0),
    "edge": ((0.60, 0.60, 0.60), 0.36, 0.12),
    "card": ((0.72, 0.72, 0.72), 0.33, 0.0),
    "floor": ((0.80, 0.78, 0.76), 0.55, 0.0),
}
MASKS = (*PARTS, "face")
UV_PASS = "face_uv"


def mask_slot(name: str) -> tuple[str, int]:
    """The output pass and its channel that carry a mask."""
    index = MASKS.index(name)
    return f"mask{index // 3}", index % 3


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


# ---------------------------------------------------------------- materials and meshes


def part_material(name: str) -> bpy.types.Material:
    """Plastic that writes coverage 1 into its own mask."""
    if name in bpy.data.materials:
        return bpy.data.materials[name]
    albedo, roughness, coat = PARTS[name]
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    plastic = tree.nodes["Principled BSDF"]
    plastic.inputs["Base Color"].default_value = (*albedo, 1)
    plastic.inputs["Roughness"].default_value = roughness
    plastic.inputs["Coat Weight"].default_value = coat
    plastic.inputs["Coat Roughness"].default_value = 0.16
    if name == "metal":
        plastic.inputs["Metallic"].default_value = 0.6
    slot, channel = mask_slot(name)
    colour = [0.0, 0.0, 0.0, 1.0]
    colour[channel] = 1.0
    output = tree.nodes.new("ShaderNodeOutputAOV")
    output.aov_name = slot
    output.inputs[0].default_value = colour
    if name == "skin":
        _write_face_uv(tree)
    return material


def _write_face_uv(tree: bpy.types.NodeTree) -> None:
    """UV of the face print into its pass, weighted by the vertex attribute "front" (third channel: the weight)."""
    coordinates = tree.nodes.new("ShaderNodeUVMap")
    coordinates.uv_map = "uv"
    front = tree.nodes.new("ShaderNodeAttribute")
    front.attribute_name = "front"
    scale = tree.nodes.new("ShaderNodeVectorMath")
    scale.operation = "MULTIPLY"
    lift = tree.nodes.new("ShaderNodeVectorMath")
    lift.operation = "ADD"
    lift.inputs[1].default_value = (0, 0, 1)
    output = tree.nodes.new("ShaderNodeOutputAOV")
    output.aov_name = UV_PASS
    tree.links.new(coordinates.outputs[0], lift.inputs[0])
    tree.links.new(lift.outputs[0], scale.inputs[0])
    tree.links.new(front.outputs["Fac"], scale.inputs[1])
    tree.links.new(scale.outputs[0], output.inputs[0])


def black_material() -> bpy.types.Material:
    material = bpy.data.materials.new("black")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output, matte = tree.nodes.new("ShaderNodeOutputMaterial"), tree.nodes.new("ShaderNodeBsdfDiffuse")
    matte.inputs[0].default_value = (0, 0, 0, 1)
    tree.links.new(matte.outputs[0], output.inputs[0])
    return material


def blank_material() -> bpy.types.Material:
    """Writes no mask: for what only hides others."""
    if "blank" not in bpy.data.materials:
        bpy.data.materials.new("blank").use_nodes = True
    return bpy.data.materials["blank"]


def clear_material(name: str, *, ior: float, roughness: float) -> bpy.types.Material:
    """Transparent plastic that only adds its reflections."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    clear, shine = tree.nodes.new("ShaderNodeBsdfTransparent"), tree.nodes.new("ShaderNodeBsdfGlossy")
    shine.inputs["Roughness"].default_value = roughness
    mix, fresnel = tree.nodes.new("ShaderNodeMixShader"), tree.nodes.new("ShaderNodeFresnel")
    fresnel.inputs[0].default_value = ior
    tree.links.new(fresnel.outputs[0], mix.inputs[0])
    tree.links.new(clear.outputs[0], mix.inputs[1])
    tree.links.new(shine.outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], output.inputs[0])
    return material


def add_mesh(
    name: str,
    material: bpy.types.Material,
    vertices: np.ndarray,
    faces: np.ndarray,
    *,
    parent: bpy.types.Object | None = None,
    uv: np.ndarray | None = None,
    front: np.ndarray | None = None,
) -> bpy.types.Object:
    vertices, faces = np.asarray(vertices, np.float32), np.asarray(faces, np.int32)
    mesh = bpy.data.meshes.new(name)
    corners = faces.shape[1]
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", vertices.ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, corners, dtype=np.int32))
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    if uv is not None:
        mesh.uv_layers.new(name="uv").data.foreach_set("uv", np.asarray(uv, np.float32)[faces.ravel()].ravel())
    if front is not None:
        mesh.attributes.new("front", "FLOAT", "POINT").data.foreach_set("value", np.asarray(front, np.float32))
    mesh.validate()
    mesh.update()
    made = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(made)
    mesh.materials.append(material)
    made.parent = parent
    return made


def empty(name: str, parent: bpy.types.Object | None = None) -> bpy.types.Object:
    made = bpy.data.objects.new(name, None)
    bpy.context.collection.objects.link(made)
    made.parent = parent
    return made


# ---------------------------------------------------------------- what stands in the studio


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


# ---------------------------------------------------------------- lights, camera


def area(place: tuple, target: tuple, width: float, height: float, watts: float, colour: tuple = (1, 1, 1)) -> None:
    light = bpy.data.lights.new("area", "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", width, height
    light.energy, light.color = watts, colour
    made = bpy.data.objects.new("area", light)
    bpy.context.collection.objects.link(made)
    made.location = place
    aim = mathutils.Vector(target) - mathutils.Vector(place)
    made.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()


def light_figure() -> None:
    """Key from the upper left, cool fill from the right, top light, two rims, a little sky."""
    target = (0, -1, 6)
    area((-11, -15, 17), target, 7, 7, 3000, (1, 0.965, 0.92))
    area((14, -13, 9), target, 9, 10, 620, (0.90, 0.95, 1))
    area((0, -4, 22), (0, -1, 5), 12, 6, 620)
    area((-14, 0, 7), (0, -2, 5), 3, 10, 480, (1, 0.95, 0.9))
    area((14, 0, 7), (0, -2, 5), 3, 10, 520, (0.92, 0.96, 1))
    _sky(0.17)


def light_blister() -> None:
    """Long soft boxes that draw lines along the edges of clear plastic."""
    area((-13, -11, 12), (0, -2, 7), 2.6, 13, 3200)
    area((13.5, -8, 8), (0, -2, 6), 2.2, 13, 2400)
    area((0, -5, 24), (0, -2, 5), 10, 5, 2600)
    area((-2, -16, -9), (0, -2, 3), 12, 3, 1300)
    area((-15, 2, 6), (0, -2, 5), 3, 12, 1500)
    _sky(0.0)


def _sky(strength: float) -> None:
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (0.95, 0.97, 1, 1)
    background.inputs[1].default_value = strength


def add_camera() -> bpy.types.Object:
    data = bpy.data.cameras.new("camera")
    data.lens, data.sensor_fit, data.sensor_height, data.sensor_width = 85, "VERTICAL", 36, 36
    camera = bpy.data.objects.new("camera", data)
    bpy.context.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    distance, lift, target = 33.5, math.radians(5.5), mathutils.Vector((0.0, -0.6, 6.25))
    camera.location = target + mathutils.Vector((0, -distance * math.cos(lift), distance * math.sin(lift)))
    camera.rotation_euler = (target - camera.location).to_track_quat("-Z", "Y").to_euler()
    return camera


def project(frame: bpy.types.Object, point: tuple[float, float, float]) -> tuple[float, float]:
    """A point of a frame as fractions of the canvas, from the top left."""
    bpy.context.view_layer.update()
    scene = bpy.context.scene
    seen = world_to_camera_view(scene, scene.camera, frame.matrix_world @ mathutils.Vector(point))
    return seen.x, 1 - seen.y


def shelf_corners(pack: bpy.types.Object, depth: float) -> list[tuple[float, float]]:
    """The corners of the card's plane moved to `depth`: top left, top right, bottom right, bottom left."""
    half = CARD_WIDTH / 2
    corners = ((-half, CARD_HEIGHT), (half, CARD_HEIGHT), (half, 0), (-half, 0))
    return [project(pack, (x, depth, z)) for x, z in corners]


