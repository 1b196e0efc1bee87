"""Colour in three coats: "#rrggbb", linear light, CIELAB. The only place where they are converted."""

from __future__ import annotations

import re

import cv2
import numpy as np
import numpy.typing as npt

from stylize.errors import UnknownChoice

Floats = npt.NDArray[np.float32]
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def from_hex(colour: str) -> Floats:
    """Hex "#rrggbb" → (3,) float32, sRGB from 0 to 1. Raises UnknownChoice for anything else."""
    if not _HEX.fullmatch(colour):
        raise UnknownChoice(kind="colour", choices="#rrggbb, as in #ff8800")
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def to_hex(srgb: npt.ArrayLike) -> str:
    """(3,) sRGB from 0 to 1 (clipped) → "#rrggbb"."""
    red, green, blue = (np.clip(np.asarray(srgb, np.float32), 0, 1) * 255 + 0.5).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def to_linear(srgb: npt.ArrayLike) -> Floats:
    """SRGB 0 to 1 → linear light, same shape (IEC 61966-2-1)."""
    x = np.asarray(srgb, np.float32)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(linear: npt.ArrayLike) -> Floats:
    """Linear light → sRGB 0 to 1 (clipped), same shape (IEC 61966-2-1)."""
    x = np.clip(np.asarray(linear, np.float32), 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.power(x, 1 / 2.4) - 0.055).astype(np.float32)


def to_lab(srgb: npt.ArrayLike) -> Floats:
    """SRGB 0 to 1, (..., 3) → CIELAB D65, L 0 to 100, same shape."""
    x = np.asarray(srgb, np.float32)
    return cv2.cvtColor(x.reshape(-1, 1, 3), cv2.COLOR_RGB2LAB).reshape(x.shape).astype(np.float32)


def from_lab(lab: npt.ArrayLike) -> Floats:
    """CIELAB D65 (..., 3) → sRGB 0 to 1 (clipped into gamut), same shape."""
    x = np.asarray(lab, np.float32)
    out = cv2.cvtColor(x.reshape(-1, 1, 3), cv2.COLOR_LAB2RGB).reshape(x.shape)
    return np.clip(out, 0, 1).astype(np.float32)


def hex_to_lab(colour: str) -> Floats:
    """Hex "#rrggbb" → (3,) CIELAB."""
    return to_lab(from_hex(colour))


def lab_to_hex(lab: npt.ArrayLike) -> str:
    """(3,) CIELAB → "#rrggbb", clipped into gamut."""
    return to_hex(from_lab(lab))
