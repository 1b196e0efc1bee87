"""Where Stable Diffusion weights lie on this machine, what they are, and their digest. No torch, no network."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stylize.errors import WeightsDamaged, WeightsError, WeightsMissing, WeightsUnsafe
from stylize.weights.folder import INDEX, PICKLES, inspect_folder
from stylize.weights.header import read_header
from stylize.weights.identify import Family, count_parameters, identify_checkpoint, predicts_velocity
from stylize.weights.lock import referenced_bases

VARIABLE = "STYLIZE_WEIGHTS"
CHECKPOINT = ".safetensors"
LORAS = "loras"
CHUNK_BYTES = 1 << 24

Hear = Callable[[float], None]
"""Is told how far a long reading has come, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeightSet:
    """One model that can be driven. `path`: a diffusers folder, or the file itself (`single_file`). `files`: what will
    be read of it. `variant`: "fp16" where a folder has only that. `velocity`: trained to predict velocity.
    """

    family: Family
    path: Path
    single_file: bool
    files: tuple[Path, ...]
    variant: str | None
    velocity: bool
    parameters: tuple[tuple[str, int], ...]


def look_up(explicit: Path | None = None, *, environment: Mapping[str, str] = os.environ) -> WeightSet:
    """The weights to use: the explicit place, else STYLIZE_WEIGHTS, else the folder weights of the current directory,
    else the user's data folder. The first place named wins; the last two are skipped while they are empty.

    Raises WeightsMissing, or what `inspect` raises.
    """
    if explicit is not None:
        return choose(explicit, where="the place you gave")
    if named := environment.get(VARIABLE):
        return choose(Path(named).expanduser(), where=f"the place that {VARIABLE} names")
    for place in (Path.cwd() / "weights", user_folder(environment)):
        if candidates(place):
            return choose(place, where="the weights folder")
    raise WeightsMissing(where="the folder weights of the current directory or your data folder")


def user_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where this platform keeps a program's data (XDG base directories; the usual places of macOS and Windows)."""
    home = Path.home()
    if platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "stylize" / "weights"


def candidates(place: Path) -> list[Path]:
    """What could be a model at `place`: itself, or by name what lies directly in it, then what its lock refers to."""
    try:
        if place.is_file() or (place / INDEX).is_file():
            return [place]
        inside = sorted(place.iterdir()) if place.is_dir() else []
    except OSError:
        return []
    own = [path for path in inside if (path / INDEX).is_file() or path.suffix.lower() in (CHECKPOINT, *PICKLES)]
    return [*own, *referenced_bases(place)]


def choose(place: Path, *, where: str) -> WeightSet:
    """The first model at `place`, by name, that can be driven; if none can, the first one's error."""
    first: WeightsError | None = None
    for path in candidates(place.absolute()):
        try:
            return inspect(path)
        except WeightsError as error:
            first = first or error
    raise first or WeightsMissing(where=where)


def inspect(path: Path) -> WeightSet:
    """Look at one folder or file. Raises WeightsUnsafe, WeightsDamaged or WeightsUnknownFamily."""
    if path.is_dir():
        folder = inspect_folder(path)
        return WeightSet(
            family=folder.family,
            path=path,
            single_file=False,
            files=folder.files,
            variant=folder.variant,
            velocity=False,
            parameters=folder.parameters,
        )
    if path.suffix.lower() in PICKLES:
        raise WeightsUnsafe
    header = read_header(path)
    family = identify_checkpoint(header)
    return WeightSet(
        family=family,
        path=path,
        single_file=True,
        files=(path,),
        variant=None,
        velocity=predicts_velocity(header),
        parameters=tuple(count_parameters(header, family).items()),
    )


# ---------------------------------------------------------------- LoRAs


def list_loras(weights: WeightSet) -> dict[str, Path]:
    """LoRA files by name: the folder loras inside the model's folder, or beside the model."""
    for folder in (weights.path / LORAS, weights.path.parent / LORAS):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() == CHECKPOINT}
    return {}


# ---------------------------------------------------------------- digests

_digests: dict[tuple[str, int, int, int], str] = {}
"""SHA-256 by (path, size, modification time in ns, inode), for this process only."""


def digest(weights: WeightSet, *, loras: tuple[Path, ...] = (), hear: Hear | None = None) -> str:
    """One SHA-256 (hex) for everything that will be read of a model, and of `loras` in their order.

    A single file: its own SHA-256, as publishers print it. A folder: SHA-256 over the sorted names (relative to the
    folder) and SHA-256 of its files. With LoRAs: SHA-256 over that and theirs. A file that this process has read
    before and that has not changed since is not read again.
    """
    total = sum(size(path) for path in (*weights.files, *loras))
    done = 0

    def heard(count: int) -> None:
        nonlocal done
        done += count
        if hear is not None:
            hear(min(done / max(total, 1), 1.0))

    if weights.single_file:
        model = digest_file(weights.path, heard)
    else:
        names = {path.relative_to(weights.path).as_posix(): path for path in weights.files}
        model = join(f"{name} {digest_file(path, heard)}" for name, path in sorted(names.items()))
    return digest_with(model, loras, heard)


def digest_with(model_digest: str, loras: tuple[Path, ...], heard: Callable[[int], None] | None = None) -> str:
    """The digest of a model together with LoRAs in their order: SHA-256 over both; without LoRAs the model's own."""
    return join([model_digest, *(digest_file(path, heard) for path in loras)]) if loras else model_digest


def join(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        raise WeightsDamaged(what="a file cannot be read") from None


def digest_file(path: Path, heard: Callable[[int], None] | None = None) -> str:
    """SHA-256 (hex) of one file."""
    try:
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
        if key in _digests:
            if heard is not None:
                heard(stat.st_size)
            return _digests[key]
        value = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                value.update(chunk)
                if heard is not None:
                    heard(len(chunk))
    except OSError:
        raise WeightsDamaged(what="a file cannot be read") from None
    return _digests.setdefault(key, value.hexdigest())
