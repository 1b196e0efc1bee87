"""Lights and camera, and where points of the scene stand in the picture."""

from __future__ import annotations

import math

import bpy
import mathutils
from bpy_extras.object_utils import world_to_camera_view

from .scene import CARD_HEIGHT, CARD_WIDTH

SHELF = -0.55


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
