"""What lies beside a model to hold its pictures to a person: an IP-Adapter with its image encoder, ControlNets.

What `stylize weights` installed is taken from its lock file; what was laid there by hand is looked for in the folders
ip-adapter, image-encoder and controlnet, inside the model's folder or beside it. Whether one belongs to the model is read
from the shapes of its tensors, what a ControlNet looks at from its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from stylize.errors import WeightsError
from stylize.guidance import CONTROL_KINDS, ControlKind
from stylize.weights.header import Tensor, read_header
from stylize.weights.parts import parts_beside
from stylize.weights.store import CHECKPOINT, WeightSet

ADAPTERS, CONTROLS = "ip-adapter", "controlnet"
ENCODERS = ("image-encoder", "image_encoder", "ip-adapter/image_encoder", "models/image_encoder")
NET = "diffusion_pytorch_model"
ENCODER_FILES = ("config.json", "model.safetensors")

FACE_ID = "faceid"
"""In the names of adapters that ask for a face net whose weights are not free for all uses; they are passed over."""

NAMES: Mapping[str, tuple[ControlKind, ...]] = {
    "union": CONTROL_KINDS,
    "promax": CONTROL_KINDS,
    "depth": ("depth",),
    "zoe": ("depth",),
    "midas": ("depth",),
    "softedge": ("softedge",),
    "hed": ("softedge",),
    "pidi": ("softedge",),
    "canny": ("canny",),
}
"""Words in the names that ControlNets are published under."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guides:
    """What was found. `controls`: a diffusers folder or a .safetensors file, by what it looks at. `image_encoder`: a
    folder with its config.json, or the file alone, then of a CLIP ViT-H.
    """

    ip_adapter: Path | None = None
    image_encoder: Path | None = None
    controls: Mapping[ControlKind, Path] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def names(self) -> tuple[str, ...]:
        """In the words of `Capabilities.guides`; an adapter without an image encoder is of no use."""
        adapter = ("ip_adapter",) if self.ip_adapter and self.image_encoder else ()
        return (*adapter, *(f"controlnet:{kind}" for kind in self.controls))


def find_guides(weights: WeightSet) -> Guides:
    """What lies beside `weights` and fits them. What cannot be read is passed over: it was not asked for yet."""
    installed = parts_beside(weights)
    roots = [weights.path.parent] if weights.single_file else [weights.path, weights.path.parent]
    adapters = [*installed.get("ip_adapter", ()), *(path for root in roots for path in _inside(root / ADAPTERS))]
    adapters = [path for path in adapters if FACE_ID not in path.name.lower()]
    controls = [place for role in installed if role.startswith("controlnet:") for place in installed[role]]
    controls += [place for root in roots for place in _inside(root / CONTROLS)]
    width = _text_width(weights) if adapters or controls else None
    if width is None:
        return Guides()
    by_kind: dict[ControlKind, Path] = {}
    for place in dict.fromkeys(controls):
        new = [kind for kind in _kinds(place.name) if kind not in by_kind]
        if new and _listens_to(_net(place), ("attn2.to_k.weight",), width):
            by_kind |= dict.fromkeys(new, place)
    encoders = (*installed.get("image_encoder", ()), *(place for root in roots for place in _encoders(root)))
    return Guides(
        ip_adapter=next((path for path in adapters if _listens_to(path, (".to_k_ip.weight",), width)), None),
        image_encoder=next(iter(encoders), None),
        controls=MappingProxyType({kind: by_kind[kind] for kind in CONTROL_KINDS if kind in by_kind}),
    )


def _inside(folder: Path) -> list[Path]:
    """By name; a plus-face adapter before the others."""
    try:
        return sorted(folder.iterdir(), key=lambda path: ("plus-face" not in path.name, path.name))
    except OSError:
        return []


def _encoders(root: Path) -> Iterator[Path]:
    for name in ENCODERS:
        if all((root / name / file).is_file() for file in ENCODER_FILES):
            yield root / name


def _kinds(name: str) -> tuple[ControlKind, ...]:
    words = re.split(r"[^a-z]+", name.lower())
    found = (kinds for word, kinds in NAMES.items() if any(part.startswith(word) for part in words))
    return next(found, ())


def _net(place: Path) -> Path:
    """The weights of a ControlNet: the file itself, or that of a diffusers folder, in half precision if there is that."""
    if place.is_file():
        return place
    half = place / f"{NET}.fp16{CHECKPOINT}"
    return half if half.is_file() else place / f"{NET}{CHECKPOINT}"


def _listens_to(path: Path, endings: tuple[str, ...], width: int) -> bool:
    """Whether the tensors of that ending are there and as wide as the text of the model."""
    if path.suffix.lower() != CHECKPOINT or not path.is_file():
        return False
    try:
        return _width(read_header(path), endings) == width
    except WeightsError:
        return False


def _text_width(weights: WeightSet) -> int | None:
    """How wide the text is that the model's UNet listens to."""
    for path in weights.files:
        if path.suffix.lower() == CHECKPOINT and (width := _width(read_header(path), ("attn2.to_k.weight",))):
            return width
    return None


def _width(header: Mapping[str, Tensor], endings: tuple[str, ...]) -> int | None:
    return next((tensor.shape[-1] for name, tensor in header.items() if name.endswith(endings)), None)


def read_of(guides: Guides, name: str) -> tuple[Path, ...]:
    """The weight files that are read for one of `guides.names`."""
    if name == "ip_adapter":
        return (*((guides.ip_adapter,) if guides.ip_adapter else ()), *_encoder_weights(guides))
    return tuple(_net(place) for kind, place in guides.controls.items() if name == f"controlnet:{kind}")


def _encoder_weights(guides: Guides) -> tuple[Path, ...]:
    return (encoder_weights(guides.image_encoder),) if guides.image_encoder else ()


def encoder_weights(place: Path) -> Path:
    """The weights of an image encoder: the file itself, or that of a folder."""
    return place if place.is_file() else place / ENCODER_FILES[1]
