"""A sketch while an edit model works: what the picture would be if it went on straight from here.

Nobody publishes a map from these latents to colours that we could carry, and none is needed: the photo itself is known
both as pixels and as latents, so the map is fitted to it, by least squares. It is rough where the picture has colours
that the photo has not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from stylize.engines.diffusion.edit_latents import unpack
from stylize.models import Pixels

RIDGE = 1e-3
"""Keeps the fit from chasing noise in channels that hardly move, as a share of their mean power."""


class Foresight:
    """For one picture. `learn` from a photo, `watching` the scheduler, then `sketch`."""

    def __init__(self) -> None:
        self._map: Any = None
        self._expected: Any = None

    def learn(self, pixels: Any, latents: Any) -> None:
        """`pixels` (1, 3, [1,] h, w) from -1 to 1, and what the VAE makes of them, (1, c, [1,] h/8, w/8). The first photo
        that is shown is the one to learn from.
        """
        import torch

        if self._map is not None:
            return
        flat = latents.detach().float().cpu().reshape(latents.shape[1], -1)
        side = pixels.shape[-1] // latents.shape[-1]
        small = torch.nn.functional.avg_pool2d(pixels.detach().float().cpu().reshape(1, 3, *pixels.shape[-2:]), side)
        known = torch.cat([flat, torch.ones(1, flat.shape[1])]).double()
        colours = small.reshape(3, -1).double()
        square = known @ known.T
        square += RIDGE * square.diagonal().mean() * torch.eye(len(square), dtype=square.dtype)
        self._map = torch.linalg.solve(square, known @ colours.T).float()

    @contextmanager
    def watching(self, scheduler: Any) -> Iterator[None]:
        """Within, what each step would arrive at is kept: the sample less its noise, as flow matching has it."""
        step = scheduler.step

        def watched(model_output: Any, timestep: Any, sample: Any, **more: Any) -> Any:
            stepped = step(model_output, timestep, sample, **more)
            sigma = scheduler.sigmas[scheduler.step_index - 1].to(sample.device)
            self._expected = sample.float() - sigma * model_output.float()
            return stepped

        scheduler.step = watched
        try:
            yield
        finally:
            del scheduler.step

    def sketch(self, pipeline: Any, size: tuple[int, int]) -> Pixels | None:
        """(h/8, w/8, 3) uint8, or None before anything is known; where the numbers are broken, grey. `size`: (w, h)."""
        if self._map is None or self._expected is None:
            return None
        latents = unpack(pipeline, self._expected, size)
        channels, (height, width) = latents.shape[1], latents.shape[-2:]
        flat = latents.float().cpu().reshape(channels, -1)
        unit = (flat.T @ self._map[:-1] + self._map[-1]).reshape(height, width, 3)
        colours = np.nan_to_num(unit.numpy() * 127.5 + 127.5, nan=127.5, posinf=255.0, neginf=0.0)
        finished: Pixels = colours.clip(0, 255).astype(np.uint8)
        return finished
