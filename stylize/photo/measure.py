"""From pixels and a face to everything the engines want to know of a person."""

from __future__ import annotations

import numpy as np

from stylize import colour
from stylize.models import Beard, Face, Look, Person, Pixels
from stylize.photo import clothes, features, hair, mesh, segment, skin
from stylize.photo.frame import head_frame
from stylize.photo.palette import Lab


def measure(pixels: Pixels, face: Face) -> Person:
    """Measure the person whose `face` is in `pixels` (h, w, 3) uint8 sRGB; best where the face is 200 to 300 px wide.

    All arrays of the answer are in the pixels of `pixels`.
    """
    fitted = mesh.fit(pixels, face)
    points = fitted.points
    shape = (pixels.shape[0], pixels.shape[1])
    frame = head_frame(points, shape)
    lab = colour.to_lab(pixels.astype(np.float32) / 255)
    person = segment.person_mask(pixels, frame)
    skin_lab = skin.skin_colour(lab, frame)
    found_hair = hair.find_hair(lab, frame, person, skin_lab)
    skin_mask = skin.skin_mask(lab, frame, person, found_hair.mask, skin_lab)
    worn = clothes.find_clothes(lab, frame, person, found_hair.mask, skin_mask, skin_lab)
    yaw, pitch, roll = mesh.pose(points)
    return Person(
        landmarks=points,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        confidence=_confidence(fitted.presence, yaw, pitch),
        eyes_open=features.eyes_open(points),
        mouth_open=features.mouth_open(points),
        person_mask=person,
        hair_mask=found_hair.mask,
        skin_mask=skin_mask,
        clothes_mask=worn.mask,
        skin_lab=(float(skin_lab[0]), float(skin_lab[1]), float(skin_lab[2])),
        look=Look(
            hair=hair.guess_style(found_hair),
            outfit=worn.outfit,
            beard=Beard.NONE,
            glasses=False,
            skin_colour=_hex(skin_lab),
            hair_colour=_hex(found_hair.colour),
            iris_colour=_hex(features.iris_colour(lab, frame)),
            lip_colour=_hex(features.lip_colour(lab, frame, skin_lab)),
            outer_colour=_hex(worn.outer),
            inner_colour=_hex(worn.inner),
            accent_colour=_hex(worn.accent),
            pants_colour=_hex(worn.pants),
            shoe_colour=_hex(worn.shoe),
        ),
    )


def _hex(lab: Lab) -> str:
    return colour.lab_to_hex(lab)


def _confidence(presence: float, yaw: float, pitch: float) -> float:
    """How far the landmarks may be trusted: the mesh's own presence score, less for a turned head."""
    turned = max(abs(yaw) - 30, 0) / 25 + max(abs(pitch) - 30, 0) / 25
    return float(np.clip(presence * (1 - turned), 0, 1))
