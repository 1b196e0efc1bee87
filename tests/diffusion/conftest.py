"""Tiny weights, written once a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.models import Subject
from tests.diffusion import tiny, tiny_edit, tiny_guides


@pytest.fixture(autouse=True)
def plenty_of_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is free on the machine that runs the tests decides nothing here: modes are named, or run out of."""
    from stylize.engines.diffusion import room, studio

    monkeypatch.setattr(room, "look_around", lambda device: room.Room(device=None, ram=None))
    monkeypatch.setattr(studio, "look_around", lambda device: room.Room(device=None, ram=None))


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`tiny_folder("sd15")`: a diffusers folder, with the LoRA "bright" in a folder loras beside it."""
    made: dict[str, Path] = {}

    def give(family: str) -> Path:
        if family not in made:
            root = tmp_path_factory.mktemp(f"weights-{family}")
            made[family] = tiny.write_folder(root / "model", family)
            tiny.write_lora(root / "loras" / "bright.safetensors", plain_pipeline(made[family], family))
            tiny.write_lora(root / "loras" / "dark.safetensors", plain_pipeline(made[family], family), seed=9)
        return made[family]

    return give


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`tiny_checkpoint("sdxl")`: one file in the original layout, its configuration beside it."""
    made: dict[str, Path] = {}

    def give(family: str) -> Path:
        if family not in made:
            made[family] = tiny.write_checkpoint(tmp_path_factory.mktemp("file") / f"{family}.safetensors", family)
        return made[family]

    return give


@pytest.fixture(scope="session")
def engine_of(tiny_folder: Callable[[str], Path]) -> Callable[[str], DiffusionEngine]:
    """`engine_of("sd15")`: one engine a family for the session, loaded; it must give the same whoever used it before."""
    made: dict[str, DiffusionEngine] = {}

    def give(family: str) -> DiffusionEngine:
        if family not in made:
            made[family] = DiffusionEngine(tiny_folder(family), device="cpu")
        return made[family]

    return give


@pytest.fixture(scope="session")
def plain_of(tiny_folder: Callable[[str], Path]) -> Callable[[str], Any]:
    """`plain_of(family)`: the same folder as plain diffusers loads it, its own scheduler put back."""
    made: dict[str, Any] = {}
    own: dict[str, Any] = {}

    def give(family: str) -> Any:
        if family not in made:
            made[family] = plain_pipeline(tiny_folder(family), family)
            own[family] = made[family].scheduler
        made[family].scheduler = own[family]
        return made[family]

    return give


def plain_pipeline(folder: Path, family: str, dtype: str = "float32") -> Any:
    import diffusers
    import torch

    tiny.quieten()
    kinds = {"sd15": "StableDiffusionImg2ImgPipeline", "sdxl": "StableDiffusionXLImg2ImgPipeline"}
    pipeline = getattr(diffusers, kinds[family]).from_pretrained(
        str(folder), local_files_only=True, torch_dtype=getattr(torch, dtype)
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@pytest.fixture(scope="session")
def guided(tiny_folder: Callable[[str], Path]) -> Callable[[str], Path]:
    """`guided("sdxl")`: the tiny model with an adapter, an image encoder and ControlNets beside it."""
    made: set[str] = set()

    def give(family: str) -> Path:
        folder = tiny_folder(family)
        root = folder.parent
        if family not in made:
            unet = plain_pipeline(folder, family).unet
            tiny_guides.write_ip_adapter(root / "ip-adapter" / f"ip-adapter-plus-face_{family}.safetensors", unet)
            tiny_guides.write_image_encoder(root / "image-encoder")
            tiny_guides.write_controlnet(root / "controlnet" / f"{family}-canny", unet, seed=8)
            if family == "sdxl":
                tiny_guides.write_controlnet(root / "controlnet" / "sdxl-union", unet, union=True)
            else:
                tiny_guides.write_controlnet(root / "controlnet" / "sd15-depth", unet)
            made.add(family)
        return folder

    return give


@pytest.fixture(scope="session")
def engine_with(guided: Callable[[str], Path]) -> Callable[[str], DiffusionEngine]:
    """One engine a family, for all tests of guides, so that each finds what the last one left."""
    made: dict[str, DiffusionEngine] = {}

    def give(family: str) -> DiffusionEngine:
        return made.setdefault(family, DiffusionEngine(guided(family), device="cpu"))

    return give


@pytest.fixture(scope="session")
def drawn_subject() -> Subject:
    """A subject of smooth colours, larger than any plan here and of another shape."""
    y, x = np.mgrid[0:200, 0:150].astype(np.float32)
    colours = np.stack([x * 1.6, y * 1.2, 255 - (x + y) * 0.7], axis=-1)
    return tiny.make_subject(colours.clip(0, 255).astype(np.uint8), face=(70.0, 60.0))


@pytest.fixture(scope="session")
def small_conditions() -> Iterator[None]:
    """Qwen's pipeline shows every photo to its VAE at a megapixel; here at a hundredth of it, for both sides alike."""
    tiny.quieten()
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as module

    before = module.CONDITION_IMAGE_SIZE, module.VAE_IMAGE_SIZE
    module.CONDITION_IMAGE_SIZE, module.VAE_IMAGE_SIZE = 64 * 64, 96 * 96
    yield
    module.CONDITION_IMAGE_SIZE, module.VAE_IMAGE_SIZE = before


@pytest.fixture(scope="session")
def edit_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def give(family: str) -> Path:
        if family not in made:
            made[family] = tiny_edit.write_folder(tmp_path_factory.mktemp(family) / "model", family)
        return made[family]

    return give


@pytest.fixture(scope="session")
def edit_engine(edit_folder: Callable[[str], Path], small_conditions: None) -> Callable[[str], DiffusionEngine]:
    made: dict[str, DiffusionEngine] = {}

    def give(family: str) -> DiffusionEngine:
        return made.setdefault(family, DiffusionEngine(edit_folder(family), device="cpu"))

    return give
