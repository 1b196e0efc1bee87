"""The small parts: cutting the photo, the sketch, devices and memory modes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from stylize.engines.diffusion import denoise
from stylize.engines.diffusion.device import Placement, choose_placement, usual_dtype
from stylize.engines.diffusion.families import families
from stylize.engines.diffusion.frame import cover, grow, trim
from stylize.engines.diffusion.memory import is_out_of_memory
from stylize.engines.diffusion.preview import sketch
from stylize.engines.diffusion.room import free_on
from stylize.errors import UnknownChoice
from stylize.geometry import Size
from stylize.models import Pixels
from stylize.progress import CancelToken, Progress
from stylize.weights import Family


def columns(width: int, height: int) -> np.ndarray:
    """A picture whose red says the column."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.arange(width)
    return pixels


@pytest.mark.parametrize(("centre_x", "left"), [(100.0, 50), (10.0, 0), (199.0, 100), (None, 50)])
def test_the_cut_is_around_the_face_and_inside_the_photo(centre_x: float | None, left: int) -> None:
    centre = None if centre_x is None else (centre_x, 20.0)
    cut = np.asarray(cover(columns(200, 100), Size(width=100, height=100), centre=centre))
    assert cut.shape == (100, 100, 3)
    assert cut[0, 0, 0] == left
    assert cut[0, -1, 0] == left + 99


def test_a_cut_neither_stretches_nor_pads() -> None:
    disc = np.zeros((300, 400, 3), np.uint8)
    y, x = np.mgrid[0:300, 0:400]
    disc[(x - 200) ** 2 + (y - 150) ** 2 < 60**2] = 255
    cut = np.asarray(cover(disc, Size(width=64, height=128), centre=(200.0, 150.0)))[..., 0] > 127
    width, height = cut.any(axis=0).sum(), cut.any(axis=1).sum()
    assert abs(int(width) - int(height)) <= 1


@pytest.mark.parametrize("size", [Size(width=1, height=1), Size(width=3, height=500), Size(width=500, height=3)])
def test_any_shape_from_a_photo_of_one_pixel(size: Size) -> None:
    image = cover(np.full((1, 1, 3), 9, np.uint8), size, centre=(0.0, 0.0))
    assert image.size == (size.width, size.height)


def test_grow_and_trim() -> None:
    assert grow(Size(width=61, height=64), 8) == Size(width=64, height=64)
    assert trim(np.zeros((64, 64, 3), np.uint8), Size(width=61, height=64)).shape == (64, 61, 3)


@pytest.mark.parametrize("family", [Family.SD15, Family.SDXL])
def test_a_sketch_has_colours_even_of_broken_numbers(family: Family) -> None:
    import torch

    latents = torch.zeros(1, 4, 5, 7)
    grey = sketch(latents, families()[family])
    assert grey.shape == (5, 7, 3)
    assert 120 <= grey.min() <= grey.max() <= 155
    latents[0, 0, 0, 0], latents[0, 0, 1, 1] = float("nan"), float("inf")
    broken = sketch(latents.to(torch.float16), families()[family])
    assert np.array_equal(
        np.delete(broken.reshape(-1, 3), [0, 8], axis=0), np.delete(grey.reshape(-1, 3), [0, 8], axis=0)
    )


class Card:
    """Latents and a clock. A step is ordered when the one before is done, and done a second later."""

    def __init__(self) -> None:
        self.now, self._pending = 0.0, False

    def order(self) -> None:
        self.cpu()
        self._pending = True

    def cpu(self) -> Card:
        self.now, self._pending = self.now + self._pending, False
        return self

    def flatten(self) -> Card:
        return self

    def __getitem__(self, _: object) -> Card:
        return self


def test_the_time_of_a_step_is_not_the_time_of_its_sketch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card works on while the program goes on. Taken for slow, sketches would come every 25 seconds."""
    card, heard = Card(), list[Progress]()
    monkeypatch.setattr(denoise, "time", SimpleNamespace(monotonic=lambda: card.now))

    def draw(latents: Card) -> Pixels:
        latents.cpu().now += 0.001
        return np.zeros((1, 1, 3), np.uint8)

    heed = denoise.at_step_end(draw, heard.append, CancelToken())
    for step in range(5):
        card.order()
        heed(SimpleNamespace(num_timesteps=10), step, None, {"latents": card})
    assert [progress.preview is not None for progress in heard] == [True, False, True, False, True]


@pytest.mark.parametrize("device", ["cuda", "xpu"])
def test_what_is_free_on_a_card(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch holds and does not use counts as free. A driver that cannot say is no failure."""
    import torch

    card = getattr(torch, device)
    monkeypatch.setattr(card, "memory_reserved", lambda: 30)
    monkeypatch.setattr(card, "memory_allocated", lambda: 10)
    monkeypatch.setattr(card, "mem_get_info", lambda: (500, 1000))
    assert free_on(device) == 520

    def dumb() -> tuple[int, int]:
        raise RuntimeError("The device doesn't support querying the available free memory.")

    monkeypatch.setattr(card, "mem_get_info", dumb)
    assert free_on(device) is None


def test_environment_and_arguments_choose_the_device() -> None:
    assert choose_placement(environment={"STYLIZE_DEVICE": "cpu"}) == Placement(device="cpu", dtype="float32")
    chosen = choose_placement("cpu", environment={"STYLIZE_DEVICE": "abacus", "STYLIZE_DTYPE": "bfloat16"})
    assert chosen == Placement(device="cpu", dtype="bfloat16")
    with pytest.raises(UnknownChoice, match="cpu"):
        choose_placement(environment={"STYLIZE_DEVICE": "abacus"})
    assert [usual_dtype(device) for device in ("cuda", "mps", "xpu", "cpu")] == ["float16"] * 3 + ["float32"]


def test_running_out_of_memory_is_told_from_other_errors() -> None:
    import torch

    with pytest.raises(RuntimeError) as real:
        torch.empty(1 << 50)
    assert is_out_of_memory(real.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    assert is_out_of_memory(RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"))
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("out of memory"))
