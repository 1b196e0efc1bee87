"""Who is person and what is background: MediaPipe's selfie segmentation at three scales, edges from a guided filter."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.geometry import Box
from stylize.models import Mask, Pixels
from stylize.photo import nets
from stylize.photo.frame import HeadFrame, guide

_SIDE = 256


def person_mask(pixels: Pixels, frame: HeadFrame, *, far: bool = False) -> Mask:
    """(h, w) float32: how surely each pixel is the person. The whole picture, the bust and the head are looked at
    apart, since the net sees 256 px of whatever it is given; finer looks count more. `far`: the picture is more than a
    bust, so the whole body is looked at, too.
    """
    height, width = pixels.shape[:2]
    whole = _look(pixels, Box(left=0, top=0, right=width, bottom=height))
    x, y = (float(v) for v in frame.place(0, 0))
    size = frame.face_width
    if far:
        body = _look(pixels, _square(x, y + 1.75 * size, 7.5 * size))
        whole = np.where(body >= 0, 0.5 * whole + 0.5 * body, whole).astype(np.float32)
    bust = _look(pixels, _square(x, y + 1.2 * size, 4.4 * size))
    head = _look(pixels, _square(x, y - 0.1 * size, 2.7 * size))
    mask = np.where(bust >= 0, 0.35 * whole + 0.65 * bust, whole)
    mask = np.where(head >= 0, 0.5 * mask + 0.5 * head, mask)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)
    return guide(grey, np.clip(mask, 0, 1).astype(np.float32), max(3, int(size * 0.04)), 1e-4)


def _square(x: float, y: float, side: float) -> Box:
    return Box(left=x - side / 2, top=y - side / 2, right=x + side / 2, bottom=y + side / 2)


def _look(pixels: Pixels, part: Box) -> Mask:
    """The net's answer for `part`, laid back onto the picture; -1 where it did not look."""
    height, width = pixels.shape[:2]
    back = np.array(
        [[part.width / _SIDE, 0, part.left], [0, part.height / _SIDE, part.top]],
        np.float32,
    )
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(pixels, back, (_SIDE, _SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    answer = nets.run(nets.SELFIE, np.asarray(crop, np.float32) / np.float32(255), "activation_10")
    laid = cv2.warpAffine(answer.reshape(_SIDE, _SIDE), back, (width, height), flags=cv2.INTER_LINEAR, borderValue=-1)
    return np.asarray(laid, np.float32)
