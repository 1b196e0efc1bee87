"""The name in the header: fitted in one line or two, outlined, extruded, shaded, arched."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from stylize.colour import from_hex, to_hex
from stylize.models import Pixels
from stylize.toybox.lettering import DISPLAY, Typeface, capitals, face_for
from stylize.toybox.palettes import Palette
from stylize.toybox.shapes import Coverage, set_word, stamp, word_width

_TRIAL_PX = 100
_LEADING = 1.13
_TINY = 0.42


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """Lines and the em they are set at, in pixels."""

    lines: tuple[str, ...]
    face: Typeface
    size_px: float


def fit_title(text: str, *, width_px: float, height_px: float) -> Fitted:
    """The largest setting of `text` (tidied) in a space, broken once if that makes it clearly larger."""
    raised = capitals(text)
    face = face_for(raised, DISPLAY, field="name")
    whole = Fitted(lines=(raised,), face=face, size_px=_largest((raised,), face, width_px, height_px))
    pairs = _breaks(raised)
    if not pairs and whole.size_px * face.rise < _TINY * height_px and raised.isalpha():
        middle = (len(raised) + 1) // 2
        pairs = [(raised[:middle] + "-", raised[middle:])]
    broken = [Fitted(lines=lines, face=face, size_px=_largest(lines, face, width_px, height_px)) for lines in pairs]
    best = max(broken, key=lambda f: f.size_px, default=whole)
    return best if best.size_px > 1.08 * whole.size_px else whole


def draw_title(canvas: Pixels, text: str, palette: Palette, *, unit: float, x: float, y: float) -> None:
    """Print the title with its middle at (x, y) pixels, in a space of 7.55 by 1.22 card units of `unit` pixels."""
    fitted = fit_title(text, width_px=7.55 * unit, height_px=1.22 * unit)
    line_px = fitted.size_px * fitted.face.rise * _LEADING
    stroke = unit * 0.115 * min(1.0, 0.45 + 0.55 * line_px / (0.85 * unit))
    letters, shade = _set_lines(fitted, stroke=0.0, margin=0.75 * unit, line_px=line_px)
    outline, _ = _set_lines(fitted, stroke=stroke, margin=0.75 * unit, line_px=line_px)
    solid = _extrude(outline, depth=1.25 * stroke)
    halo = _grow(solid, 0.062 * unit)
    letters, outline, solid, halo, shade = (_arch(layer, unit) for layer in (letters, outline, solid, halo, shade))
    height, width = letters.shape
    left, top = round(x - width / 2), round(y - height / 2)
    cast = cv2.GaussianBlur(halo, (0, 0), 0.07 * unit)
    stamp(canvas, np.asarray(cast, np.uint8), left + round(0.05 * unit), top + round(0.11 * unit), palette.ink, 0.45)
    stamp(canvas, halo, left, top, "#ffffff")
    stamp(canvas, solid, left, top, _side(palette))
    stamp(canvas, outline, left, top, palette.ink)
    stamp(canvas, letters, left, top, _inked(shade, palette))
    gleam = _rim_light(letters, 0.022 * unit)
    stamp(canvas, gleam, left, top, "#ffffff", 0.9)


def _breaks(text: str) -> list[tuple[str, str]]:
    """Every way to break once: at a space, which goes, or after a hyphen, which stays."""
    found = []
    for i, c in enumerate(text):
        if 0 < i < len(text) - 1 and c in " -‐–":
            first = text[:i] if c == " " else text[: i + 1]
            found.append((first.strip(), text[i + 1 :].strip()))
    return [pair for pair in found if all(pair)]


def _largest(lines: tuple[str, ...], face: Typeface, width_px: float, height_px: float) -> float:
    wide = max(word_width(line, face, _TRIAL_PX) for line in lines) / _TRIAL_PX
    tall = face.rise * (1 + _LEADING * (len(lines) - 1))
    tallest = max(set_word(line, face, _TRIAL_PX).height for line in lines) / _TRIAL_PX
    return max(4.0, min(width_px / max(wide, 0.1), height_px / tall, 1.28 * height_px / max(tallest * len(lines), 0.1)))


def _set_lines(fitted: Fitted, *, stroke: float, margin: float, line_px: float) -> tuple[Coverage, Coverage]:
    """All lines, centred, as one coverage, and beside it where each pixel lies in its line's height (0 top, 255)."""
    words = [set_word(line, fitted.face, fitted.size_px, stroke_px=stroke) for line in fitted.lines]
    width = math.ceil(max(w.width for w in words) + 2 * margin)
    tall = line_px * (len(words) - 1) + max(w.height for w in words)
    height = math.ceil(tall + 2 * margin)
    page, shade = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    cap = fitted.size_px * fitted.face.rise
    middle = height / 2 - line_px * (len(words) - 1) / 2
    for k, word in enumerate(words):
        # Letters are centred on their ink when it is about a capital high, so accents do not push a line about.
        extra = max(0.0, word.height - 1.05 * cap)
        centre = middle + k * line_px - 0.35 * extra
        left, top = round((width - word.width) / 2) - word.left, round(centre - word.height / 2) - word.top
        spot = np.s_[top : top + word.coverage.shape[0], left : left + word.coverage.shape[1]]
        page[spot] = np.maximum(page[spot], word.coverage)
        rows = np.arange(height)[:, None]
        within = np.clip((rows - (middle + k * line_px - cap / 2)) / cap, 0, 1)
        band = np.abs(rows - middle - k * line_px) <= line_px / 2 if len(words) > 1 else np.full_like(rows, True, bool)
        shade = np.where(band, (255 * within).astype(np.uint8), shade)
    return page, np.ascontiguousarray(np.broadcast_to(shade, page.shape))


def _extrude(coverage: Coverage, depth: float) -> Coverage:
    """Sweep a shape down and a little to the right."""
    solid = coverage.copy()
    steps = max(1, round(depth))
    for k in range(1, steps + 1):
        dx = round(0.4 * k)
        solid[k:, dx:] = np.maximum(solid[k:, dx:], coverage[: coverage.shape[0] - k, : coverage.shape[1] - dx])
    return solid


def _grow(coverage: Coverage, radius: float) -> Coverage:
    side = 2 * round(radius) + 1
    return np.asarray(cv2.dilate(coverage, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))), np.uint8)


def _arch(layer: Coverage, unit: float) -> Coverage:
    """Lift the middle and tilt the right end up a little, in one smooth warp."""
    height, width = layer.shape
    x = np.linspace(-1, 1, width, dtype=np.float32)
    span = min(1.0, width / (8.0 * unit))
    drop = unit * (0.17 * span**2 * (x * x - 0.5) - (0.11 - 0.06 * span) * span * x)
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(cv2.remap(layer, across, down - drop, cv2.INTER_CUBIC), np.uint8)


def _inked(shade: Coverage, palette: Palette) -> np.ndarray:
    """The letters' colour by height: title above, shine below a crisp line, a touch deeper at the foot."""
    title, shine = from_hex(palette.title) * 255, from_hex(palette.shine) * 255
    foot = shine * (0.93, 0.90, 0.90)
    t = shade.astype(np.float32)[..., None] / 255
    lower = np.clip((t - 0.53) * 40, 0, 1)
    sink = np.clip((t - 0.6) / 0.4, 0, 1)
    return np.asarray(title + (shine + (foot - shine) * sink - title) * lower, np.float32)


def _rim_light(letters: Coverage, width: float) -> Coverage:
    """A thin light along the upper left inside of the letters."""
    shift = max(1, round(width))
    moved = np.zeros_like(letters)
    moved[shift:, shift:] = letters[:-shift, :-shift]
    inner = np.asarray(cv2.erode(letters, np.ones((3, 3), np.uint8)), np.uint8)
    return np.asarray(np.minimum(inner, 255 - moved), np.uint8)


def _side(palette: Palette) -> str:
    """The colour of the letters' sides: ink with a glimpse of the header's colour."""
    return to_hex(0.66 * from_hex(palette.ink) + 0.30 * from_hex(palette.crest))
