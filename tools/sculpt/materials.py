"""Materials that tell parts apart by output passes of their own, and meshes made of them."""

from __future__ import annotations

import bpy
import numpy as np

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
