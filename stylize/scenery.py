"""Another place behind the person, before diffusion begins from the photo: a soft wash in the colours of the scene.

What diffusion begins from keeps its large shapes and colours, so words alone would leave the photo's own room where it is.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from stylize.colour import from_hex, to_linear, to_srgb
from stylize.models import Plan, Subject
from stylize.styles.scenes import Scene

EDGE = 0.006
"""Softness of the person's edge, over the longer side of the picture."""


def set_before(subject: Subject, scene: Scene | None, plan: Plan) -> Subject:
    """`subject` before the wash of `scene`, where `plan` begins from the photo; else as it is, and where nobody knows what
    of the photo is the person.
    """
    mask = subject.person.person_mask
    begins_from_photo = plan.denoise is not None and plan.denoise.init_image == "subject" and plan.denoise.strength < 1
    if scene is None or not scene.wash or not begins_from_photo or not mask.any():
        return subject
    height, width = mask.shape
    soft = cv2.GaussianBlur(mask, (0, 0), max(1.0, EDGE * max(height, width)))[..., None]
    colours = np.stack([to_linear(from_hex(colour)) for colour in scene.wash]).astype(np.float32)
    column = np.asarray(cv2.resize(colours[:, None], (1, height), interpolation=cv2.INTER_LINEAR), np.float32)
    column = column.reshape(height, 1, 3)
    light = to_linear(subject.pixels.astype(np.float32) / 255)
    mixed = to_srgb(np.clip(light * soft + column * (1 - soft), 0, 1))
    return replace(subject, pixels=np.asarray(mixed * 255 + 0.5, np.uint8))
