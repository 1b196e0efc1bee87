"""Filters that follow the forms of a picture: what turns a photo into something laid down by a brush.

Fields are float32; pictures (h, w) or (h, w, 3). Every filter keeps the shape, keeps a constant picture constant and
does not leave the range of its input (up to rounding).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stylize.engines.painting.ink import Field, blur


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Where the strokes run: a unit vector (along_x, along_y) a pixel, sign free; `certainty` 0 to 1."""

    along_x: Field
    along_y: Field
    certainty: Field


def structure_flow(grey: Field, spread: float, weight: Field | None = None, prior: Field | None = None) -> Flow:
    """The smoothed structure tensor's minor eigenvector: the direction in which a picture changes least.

    Brox et al. 2006; as used for painting by Kyprianidis and Döllner 2008. `spread`: sigma of the smoothing, pixels.
    `weight`: where to listen (0 to 1). `prior` (h, w, 2): a direction to fall back on where the picture says nothing.
    """
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    heard = weight if weight is not None else np.ones_like(grey)
    tensor = np.stack([across * across * heard, across * down * heard, down * down * heard], axis=-1)
    tensor = blur(tensor, spread)
    if prior is not None:
        level = float(np.percentile(tensor[..., 0] + tensor[..., 2], 60)) * 0.35 + 1e-6
        x, y = prior[..., 0], prior[..., 1]
        tensor = tensor + level * np.stack([y * y, -x * y, x * x], axis=-1)
    e, f, g = tensor[..., 0], tensor[..., 1], tensor[..., 2]
    angle = 0.5 * np.arctan2(2 * f, e - g)
    spread_of = np.sqrt((e - g) ** 2 + 4 * f * f)
    return Flow(
        along_x=np.asarray(-np.sin(angle), np.float32),
        along_y=np.asarray(np.cos(angle), np.float32),
        certainty=np.asarray(spread_of / (e + g + 1e-7), np.float32),
    )


def smear(picture: Field, flow: Flow, length: float, stride: float = 1.0) -> Field:
    """Line integral convolution (Cabral and Leedom 1993): each pixel becomes the mean along its own flow line.

    `length`: sigma of the mean along the line, pixels; `stride`: pixels a step.
    """
    height, width = flow.along_x.shape
    home_x, home_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    field = np.stack([flow.along_x, flow.along_y], axis=-1)
    total, weights = picture.copy(), 1.0
    for side in (1.0, -1.0):
        x, y = home_x.copy(), home_y.copy()
        move = field * side
        for step in range(1, max(1, round(2 * length / stride)) + 1):
            x += move[..., 0] * stride
            y += move[..., 1] * stride
            onward = cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            turned = (onward * move).sum(axis=-1, keepdims=True) < 0
            move = np.where(turned, -onward, onward)
            share = float(np.exp(-((step * stride) ** 2) / (2 * length**2)))
            total = total + share * cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            weights += share
    return np.asarray(total / weights, np.float32)


def _sectors(radius: int, count: int = 8) -> list[Field]:
    """Smooth pie slices of a Gaussian disc, each summing to 1."""
    side = np.arange(-radius, radius + 1, dtype=np.float32)
    x, y = np.meshgrid(side, side)
    disc = np.exp(-(x * x + y * y) / (2 * (radius / 2.0) ** 2)) * (x * x + y * y <= (radius + 0.3) ** 2)
    angle = np.arctan2(y, x)
    slices = []
    for i in range(count):
        turn = np.angle(np.exp(1j * (angle - 2 * np.pi * i / count)))
        piece = disc * np.clip(np.cos(np.clip(turn * count / 4, -np.pi / 2, np.pi / 2)), 0, 1) ** 2
        piece[radius, radius] = disc[radius, radius] / count
        slices.append((piece / piece.sum()).astype(np.float32))
    return slices


def flatten(picture: Field, radius: int, sharpness: float = 4.0) -> Field:
    """Generalised Kuwahara filter (Papari et al. 2007): flat patches with round, crisp borders.

    Every pixel takes the mean of those smooth sectors of its neighbourhood that vary least.
    """
    radius = max(2, radius)
    squared = (picture * picture).sum(axis=-1) if picture.ndim == 3 else picture * picture
    total: Field | None = None
    weights: Field | None = None
    for piece in _sectors(radius):
        mean = cv2.filter2D(picture, -1, piece, borderType=cv2.BORDER_REFLECT_101)
        power = (mean * mean).sum(axis=-1) if picture.ndim == 3 else mean * mean
        varied = np.maximum(cv2.filter2D(squared, -1, piece, borderType=cv2.BORDER_REFLECT_101) - power, 0)
        share = 1.0 / (2e-3 + np.sqrt(varied)) ** sharpness
        weighed = mean * share[..., None] if picture.ndim == 3 else mean * share
        total = weighed if total is None else total + weighed
        weights = share if weights is None else weights + share
    assert total is not None
    assert weights is not None
    return np.asarray(total / (weights[..., None] if picture.ndim == 3 else weights), np.float32)


def lines(grey: Field, flow: Flow, width: float, *, reach: float, tau: float = 0.98, contrast: float = 60.0) -> Field:
    """Ink where the picture has dark lines: flow-guided difference of Gaussians, softly cut (XDoG).

    Kang et al. 2007; Winnemöller et al. 2012. `grey` 0 to 1; `reach`: how far a line is joined up along the flow.
    """
    edge = blur(grey, width) - tau * blur(grey, width * 1.6)
    edge = smear(edge - (1 - tau) * 0.5, flow, reach)
    return np.asarray(np.clip(-np.tanh(contrast * np.minimum(edge + (1 - tau) * 0.2, 0)), 0, 1), np.float32)


def scaled(picture: Field, share: float) -> Field:
    """The picture at `share` (at most 1) of its size, at least 8 pixels a side."""
    height, width = picture.shape[:2]
    small = (max(round(width * share), 8), max(round(height * share), 8))
    return np.asarray(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), np.float32)


def enlarged(picture: Field, size: tuple[int, int]) -> Field:
    """Smoothly enlarged to (height, width)."""
    return np.asarray(cv2.resize(picture, (size[1], size[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def long_lines(grey: Field, unit: float, *, width: float, reach: float, spread: float, contrast: float = 60.0) -> Field:
    """The long dark lines of a picture, 0 to 1, found at a size where `unit` is 0.8 pixels at most.

    `width`, `reach` and `spread` (of the flow) in units.
    """
    share = min(1.0, 0.8 / unit)
    small, step = scaled(grey, share), unit * share
    soft = blur(small, 1.25 * step)
    found = lines(
        soft, structure_flow(soft, spread * step), width * step, reach=reach * step, tau=0.985, contrast=contrast
    )
    return np.clip(enlarged(found, (grey.shape[0], grey.shape[1])), 0, 1)


def abstract(picture: Field, strength: float) -> Field:
    """A painted version of a picture, worked at half size or less: flat patches, drawn out along the flow, flat again."""
    share = min(0.5, 0.8 / strength)
    strength = 2 * share * strength
    flat = flatten(scaled(picture, share), round(3.5 * strength))
    grey = cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY)
    flat = smear(flat, structure_flow(grey, 3 * strength), 3.0 * strength)
    flat = flatten(flat, round(2.5 * strength), 6.0)
    return np.clip(enlarged(flat, (picture.shape[0], picture.shape[1])), 0, 1)
