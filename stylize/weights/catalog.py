"""The catalog: which weights can be fetched, from where, how large, under which licence. Reads catalog.toml strictly.

    for tier in tiers():
        print(tier.title["en"], tier.size_bytes, [part.title for part in tier.default])

Nothing here opens a connection or looks at the disk; `parts.py` says what is installed, `fetch` downloads.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Literal

LANGUAGES = ("en", "de")
FAMILIES = ("sd15", "sdxl", "flux2-klein", "qwen-image-edit")
ROLES = (
    "base",
    "vae",
    "fast_lora",
    "lora",
    "ip_adapter",
    "image_encoder",
    "controlnet:depth",
    "controlnet:softedge",
    "controlnet:openpose",
    "preview_vae",
    "safety_checker",
)
"""What a part is for. A part may have several (one ControlNet that knows depth, edges and poses)."""

Trust = Literal["pinned", "first-download"]
"""How a file's content is known: by a SHA-256 in the catalog, or by what the hub says at the first download."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Licence:
    """`default`: may stand in the set that is fetched when nothing is said. `sentence` by language, in plain words."""

    slug: str
    title: str
    link: str
    default: bool
    sentence: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """One file of a repository. `path` in it, `save_as` in the part's place (a file name alone where the place is a
    file). `size_bytes` and `sha256` (hex) are None where they are not known; `about_bytes` is then a rough size for
    sums, never checked.
    """

    path: str
    save_as: str
    size_bytes: int | None
    about_bytes: int | None
    sha256: str | None
    trust: Trust

    @property
    def likely_bytes(self) -> int:
        """For sums: the size, or the rough size, or 0 (a small file)."""
        return self.size_bytes or self.about_bytes or 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Something that is fetched, verified and removed as a whole.

    `families`: the models it belongs to, "sd15" and so on; `roles`: see ROLES; `revision`: a commit of `repository`;
    `place`: where it goes in the weights folder, a folder or (for a single .safetensors) a file, with slashes;
    `licence_link`: the text that binds, on the makers' page if it is there.
    """

    slug: str
    title: str
    sentence: Mapping[str, str]
    roles: tuple[str, ...]
    families: tuple[str, ...]
    repository: str
    revision: str
    licence: Licence
    licence_link: str
    place: str
    files: tuple[RemoteFile, ...]

    @property
    def size_bytes(self) -> int:
        """What will be downloaded; see `size_is_exact`."""
        return sum(file.likely_bytes for file in self.files)

    @property
    def size_is_exact(self) -> bool:
        """The size of every file with weights is known; a small text file may not be."""
        return all(file.size_bytes for file in self.files if file.path.endswith(".safetensors"))

    @property
    def single_file(self) -> bool:
        """`place` is the file itself."""
        return self.place.endswith(".safetensors")

    @property
    def page(self) -> str:
        """Its page, at the pinned revision."""
        return f"https://huggingface.co/{self.repository}/tree/{self.revision}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """A named set for one class of machine. `default` is fetched when nothing is said, `optional` on request."""

    slug: str
    family: str
    title: Mapping[str, str]
    sentence: Mapping[str, str]
    default: tuple[Part, ...]
    optional: tuple[Part, ...]

    @property
    def size_bytes(self) -> int:
        """Of the default set."""
        return sum(part.size_bytes for part in self.default)

    @property
    def size_is_exact(self) -> bool:
        return all(part.size_is_exact for part in self.default)

    @property
    def licences(self) -> tuple[Licence, ...]:
        """Of the default set, each once, in order."""
        return tuple({part.licence.slug: part.licence for part in self.default}.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """Everything by slug, in the order of the file."""

    licences: Mapping[str, Licence]
    parts: Mapping[str, Part]
    tiers: Mapping[str, Tier]


@functools.cache
def catalog() -> Catalog:
    """The catalog that comes with Stylize. Raises DeclarationError if it is off (a test keeps it right)."""
    from stylize.weights.declared import read_catalog

    return read_catalog(resources.files(__package__).joinpath("catalog.toml").read_text(encoding="utf-8"))


def tiers() -> tuple[Tier, ...]:
    """All tiers, smallest machine first."""
    return tuple(catalog().tiers.values())


def gigabytes(size_bytes: int) -> str:
    """As download pages count, in decimal units: 5.0 GB, 135 MB, 0.7 kB."""
    for unit, factor, digits in (("GB", 10**9, 1), ("MB", 10**6, 0)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.{digits}f} {unit}"
    return f"{size_bytes / 1000:.1f} kB"
