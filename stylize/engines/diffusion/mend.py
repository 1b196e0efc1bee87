"""The face pass: a face that came out small is painted once more, as large as the model paints best, and put back."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from stylize.engines.diffusion.batches import denoise_of
from stylize.engines.diffusion.closeup import CloseUp, frame_face, put_back, take_out
from stylize.engines.diffusion.guides import Guides, guides_for
from stylize.engines.diffusion.runner import both
from stylize.engines.diffusion.studio import paint_somehow, prepare, ready_somehow
from stylize.geometry import Box, Size
from stylize.models import Denoise, Picture, Pixels, Plan, Subject
from stylize.progress import CancelToken, Progress, Tell

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded

LATENT_PX = 8
"""A pixel of the latent, in pixels of the picture."""

LEAST_STEPS = 2
"""With a single one a face would only be blurred."""

PREVIEW_SHRINK = 4
"""Previews show the whole picture at a quarter of its size, with the face as far as it is."""


def mend(
    loaded: Loaded, subject: Subject, plan: Plan, picture: Picture, face: Box, *, tell: Tell, cancel: CancelToken
) -> Picture:
    """`picture` with its face at `face` painted again as the plan's face pass says; the same where that gains nothing.

    Raises what `prepare`, `guides_for` and `paint` raise.
    """
    denoise = face_denoise(denoise_of(plan))
    height, width = picture.pixels.shape[:2]
    native = int(math.sqrt(loaded.facts.native_pixels)) // LATENT_PX * LATENT_PX
    view = frame_face(face, Size(width=width, height=height), native)
    if view is None or denoise is None:
        return picture
    cancel.check()
    size, words = Size(width=view.painted, height=view.painted), denoise

    def make_ready() -> Guides:
        prepare(loaded, words)
        return guides_for(loaded, subject, replace(plan, denoise=words), (None,), size, keep_control=True)

    guides = ready_somehow(loaded, words, view.painted**2, make_ready)
    painted = paint_somehow(
        loaded,
        (Image.fromarray(take_out(picture.pixels, view)),),
        denoise,
        seeds=(plan.seed,),
        guides=guides,
        tell=show_in(picture.pixels, view, tell),
        cancel=cancel,
    )
    seconds = sum(seconds for _, seconds in painted.timings)
    return replace(
        picture,
        pixels=put_back(picture.pixels, view, painted.pixels[0]),
        timings=(*picture.timings, ("face", seconds)),
        runner=both(picture.runner, loaded.runner.last),
    )


def face_denoise(denoise: Denoise) -> Denoise | None:
    """How the face is painted: as the whole, with words and strength of its own, without a ControlNet; in a mode of few
    steps with enough of them for LEAST_STEPS to run.
    """
    if denoise.face_pass is None:
        return None
    strength = denoise.face_pass.strength
    return replace(
        denoise,
        prompt=denoise.face_pass.prompt,
        strength=strength,
        num_inference_steps=max(denoise.num_inference_steps, math.ceil(LEAST_STEPS / strength)),
        init_image="subject",
        control=None,
        face_pass=None,
        rows=1,
    )


def show_in(pixels: Pixels, view: CloseUp, tell: Tell) -> Tell:
    """A listener whose sketches of the face stand where the face is, in the whole picture made small."""
    small = np.ascontiguousarray(pixels[::PREVIEW_SHRINK, ::PREVIEW_SHRINK])

    def told(progress: Progress) -> None:
        if progress.preview is None:
            tell(progress)
            return
        preview = small.copy()
        top, left, side = (max(0, number // PREVIEW_SHRINK) for number in (view.top, view.left, view.side))
        place = preview[top : top + side, left : left + side]
        if place.size:
            face = cv2.resize(progress.preview, (place.shape[1], place.shape[0]), interpolation=cv2.INTER_AREA)
            place[...] = np.asarray(face, np.uint8)
        tell(replace(progress, preview=preview))

    return told
