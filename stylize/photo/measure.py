"""From pixels and a face to everything the engines want to know of a person."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import colour
from stylize.models import Beard, Face, Hair, Look, Mask, Person, Pixels
from stylize.photo import beard, clothes, eyes, glasses, hair, mesh, monochrome, segment, skin
from stylize.photo.frame import HeadFrame, guide, head_frame
from stylize.photo.neighbours import own_share
from stylize.photo.palette import Lab
from stylize.photo.parts import Parts, find_parts

_PARTS_FACE_PX = 130.0
"""Parts are told apart in a picture scaled down to this width of the face, and drawn sharp afterwards."""


def measure(pixels: Pixels, face: Face, others: tuple[Face, ...] = ()) -> Person:
    """Measure the person whose `face` is in `pixels` (h, w, 3) uint8 sRGB; best where the face is 200 to 300 px wide.

    `others`: faces of people beside them, whose bodies are not to be taken for the person's. All arrays of the answer
    are in the pixels of `pixels`. Masks: hair, skin (face, ears, neck, bare arms) and clothes never overlap and lie
    within the person's.
    """
    fitted = mesh.fit(pixels, face)
    shape = (pixels.shape[0], pixels.shape[1])
    frame = head_frame(fitted.points, shape)
    lab = colour.to_lab(pixels.astype(np.float32) / np.float32(255))
    person = segment.person_mask(pixels, frame) * own_share(shape, face, others)
    parts = _parts(pixels, lab, frame, person)
    yaw, pitch, roll = mesh.pose(fitted.points)
    skin_lab = skin.skin_colour(lab, frame)
    look = _look(pixels, lab, frame, person, parts, skin_lab)
    return Person(
        landmarks=fitted.points,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        confidence=_confidence(fitted, frame, yaw, pitch) * _trust(skin.covered_share(lab, frame), look),
        eyes_open=eyes.eyes_open(fitted.points),
        mouth_open=eyes.mouth_open(fitted.points),
        person_mask=person,
        hair_mask=parts.hair,
        skin_mask=parts.skin,
        clothes_mask=parts.clothes,
        skin_lab=(float(skin_lab[0]), float(skin_lab[1]), float(skin_lab[2])),
        look=look,
    )


def _parts(pixels: Pixels, lab: Lab, frame: HeadFrame, person: Mask) -> Parts:
    """Parts at a working size, their edges then drawn along those of the picture."""
    scale = min(1.0, _PARTS_FACE_PX / frame.face_width)
    if scale == 1.0:
        return find_parts(lab, frame, person)
    width, height = max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale))
    points = frame.points * np.array([width / frame.shape[1], height / frame.shape[0], scale], np.float32)
    small_lab = np.asarray(cv2.resize(lab, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    small_person = np.asarray(cv2.resize(person, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    small = find_parts(small_lab, head_frame(points, (height, width)), small_person)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)

    def enlarge(mask: Mask) -> Mask:
        large = np.asarray(cv2.resize(mask, frame.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
        return guide(grey, large, max(2, int(frame.face_width * 0.012)), 2e-4)

    hair_mask = enlarge(small.hair)
    skin_mask = enlarge(small.skin) * (1 - hair_mask)
    cloth = enlarge(small.clothes) * (1 - hair_mask) * (1 - skin_mask)
    return Parts(hair=hair_mask, skin=skin_mask, clothes=cloth, crown_share=small.crown_share)


def _look(pixels: Pixels, lab: Lab, frame: HeadFrame, person: Mask, parts: Parts, skin_lab: Lab) -> Look:
    shape = hair.hair_shape(lab, parts.hair, frame)
    hair_lab = hair.hair_colour(lab, parts.hair, frame)
    style = hair.guess_style(shape, hair_lab)
    worn = clothes.find_clothes(lab, frame, parts.clothes, parts.skin, skin_lab, style)
    shades = glasses.wears_sunglasses(lab, frame)
    clean = skin.clean_skin(skin_lab, None if shades else eyes.eye_white(lab, frame))
    iris, lips = eyes.iris_colour(lab, frame), eyes.lip_colour(lab, frame, clean)
    outer, inner, accent = worn.outer, worn.inner, worn.accent
    grown = beard.guess_beard(lab, frame)
    if monochrome.is_monochrome(pixels):
        grown = Beard.NONE
        crown = hair.crown_lightness(lab, person, frame)
        if style is Hair.BALD and crown is not None and abs(crown - skin_lab[0]) > 9:
            # Without colour short hair and shaded skin look alike; the top of the head tells them apart.
            style, hair_lab = Hair.BUZZ, np.array([crown, 0, 0], np.float32)
        clean = monochrome.natural_skin(float(clean[0]))
        hair_lab = monochrome.natural_hair(float(hair_lab[0]))
        iris, lips = monochrome.natural_iris(), monochrome.natural_lips(clean)
        outer, inner = monochrome.natural_cloth(outer), monochrome.natural_cloth(inner)
    return Look(
        hair=style,
        outfit=worn.outfit,
        beard=grown,
        glasses=shades or glasses.wears_glasses(lab, frame),
        skin_colour=colour.lab_to_hex(clean),
        hair_colour=colour.lab_to_hex(hair_lab),
        iris_colour=colour.lab_to_hex(iris),
        lip_colour=colour.lab_to_hex(lips),
        outer_colour=colour.lab_to_hex(outer),
        inner_colour=colour.lab_to_hex(inner),
        accent_colour=colour.lab_to_hex(accent),
        pants_colour=colour.lab_to_hex(worn.pants),
        shoe_colour=colour.lab_to_hex(worn.shoe),
    )


def _trust(covered: float, look: Look) -> float:
    """Less where a good part of the face is covered by something else than a beard."""
    return 1.0 if look.beard is not Beard.NONE else float(np.clip(1 - (covered - skin.COVERED) / 0.3, 0.3, 1))


def _confidence(fitted: mesh.Mesh, frame: HeadFrame, yaw: float, pitch: float) -> float:
    """How far the landmarks may be trusted: the mesh's own presence score, less for a turned head, less where the
    face runs out of the picture.
    """
    turned = max(abs(yaw) - 30, 0) / 25 + max(abs(pitch) - 32, 0) / 25
    height, width = frame.shape
    x, y = fitted.points[:, 0], fitted.points[:, 1]
    visible = float(((x >= 0) & (x < width) & (y >= 0) & (y < height)).mean())
    whole = np.clip((visible - 0.45) / 0.4, 0, 1)
    return float(np.clip(fitted.presence * (1 - turned) * whole, 0, 1))
