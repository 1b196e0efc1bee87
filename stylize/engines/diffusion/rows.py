"""Several pictures side by side in one call: what each row of it is given.

A row is rounded otherwise beside others than alone, so how many there are is part of the plan (`Denoise.rows`). What the
others show does not matter to it: one picture of a batch is painted again, alone, with its own seed in every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from stylize.models import Pixels

if TYPE_CHECKING:
    from PIL import Image

    from stylize.engines.diffusion.guides import Guides

T = TypeVar("T")

MOSAIC = 2
"""Sketches of several pictures stand in so many columns."""


def fill_up(things: tuple[T, ...], rows: int) -> tuple[T, ...]:
    """`things`, the last one again and again until there are `rows`."""
    return (*things, *things[-1:] * (rows - len(things)))


def in_rows(
    images: tuple[Image.Image, ...], words: dict[str, Any], guides: Guides, *, rows: int, guided: bool
) -> dict[str, Any]:
    """The arguments for a call that paints `rows` pictures. `images`, and the pictures of a ControlNet: one for all rows, or
    one for each of the first; `words`: embeddings of one row.
    """
    arguments, controls = dict(guides.arguments), guides.controls
    if len(images) == 1 and len(controls) <= 1:
        if controls:
            arguments["control_image"] = [controls[0]] if guides.union else controls[0]
        return {"image": images[0], "num_images_per_prompt": rows, **words, **arguments}
    if controls:
        shown = list(fill_up(controls, rows))
        arguments["control_image"] = [shown] if guides.union else shown
    if "ip_adapter_image_embeds" in arguments:
        faces = arguments["ip_adapter_image_embeds"]
        arguments["ip_adapter_image_embeds"] = [repeat_face(face, rows, guided=guided) for face in faces]
    many = {name: embeds.repeat_interleave(rows, dim=0) for name, embeds in words.items()}
    return {"image": list(fill_up(images, rows)), "num_images_per_prompt": 1, **many, **arguments}


def repeat_face(face: Any, rows: int, *, guided: bool) -> Any:
    """For all rows; with `guided` the answers to no image stand first."""
    import torch

    halves = face.chunk(2) if guided else (face,)
    return torch.cat([half.repeat_interleave(rows, dim=0) for half in halves])


def halve(
    images: tuple[Image.Image, ...], guides: Guides, middle: int
) -> tuple[tuple[tuple[Image.Image, ...], Guides], ...]:
    """Those of the first `middle` pictures, and those of the others; what serves all serves both."""
    cuts = (slice(None, middle), slice(middle, None))
    return tuple(
        (
            images[cut] if len(images) > 1 else images,
            replace(guides, controls=guides.controls[cut]) if len(guides.controls) > 1 else guides,
        )
        for cut in cuts
    )


def mosaic(sketch: Callable[[Any], Pixels], count: int) -> Callable[[Any], Pixels]:
    """`sketch`, which draws the first row of some latents, for the first `count` rows, in the shape of one picture."""
    if count <= 1:
        return sketch

    def drawn(latents: Any) -> Pixels:
        parts = [sketch(latents[n : n + 1]) for n in range(count)]
        empty = np.zeros_like(parts[0])
        parts += [empty] * (-count % MOSAIC)
        lines = [np.concatenate(parts[n : n + MOSAIC], axis=1) for n in range(0, len(parts), MOSAIC)]
        return np.concatenate(lines)

    return drawn
