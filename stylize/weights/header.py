"""The head of a .safetensors file, read and checked without loading a single weight.

Format: eight bytes (little-endian length N), N bytes of JSON naming each tensor with type, shape and place, then the
data without holes (huggingface/safetensors, format description). Everything that does not add up is refused here, so
that no library ever opens a damaged or disguised file.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylize.errors import WeightsDamaged, WeightsUnsafe

ITEM_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8,
    "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32,
    "U64": 64, "I64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
LONGEST_HEADER_BYTES = 100_000_000
PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"\x1f\x8b")
"""How a torch zip, a bare pickle and a gzip begin: a renamed one is told from a damaged file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tensor:
    """What the header says of one tensor. `dtype` as safetensors names it ("F16")."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        return math.prod(self.shape)


def read_header(path: Path) -> dict[str, Tensor]:
    """Tensors by name. Raises WeightsUnsafe for a disguised pickle, WeightsDamaged for anything that does not add up."""
    try:
        file_bytes = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            if start.startswith(PICKLE_STARTS):
                raise WeightsUnsafe
            if len(start) < 8:
                raise WeightsDamaged(what="a file ends before it begins")
            header_bytes = int.from_bytes(start, "little")
            if not 2 <= header_bytes <= min(LONGEST_HEADER_BYTES, file_bytes - 8):
                raise WeightsDamaged(what="a file is shorter than its own table of contents")
            text = file.read(header_bytes)
    except OSError:
        raise WeightsDamaged(what="a file cannot be read") from None
    return check_places(parse(text), data_bytes=file_bytes - 8 - header_bytes)


def parse(text: bytes) -> dict[str, Any]:
    """The JSON of a header; a name that occurs twice is damage."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            raise ValueError
        return table

    try:
        table = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        raise WeightsDamaged(what="the table of contents of a file cannot be read")
    table.pop("__metadata__", None)
    return table


def check_places(table: dict[str, Any], *, data_bytes: int) -> dict[str, Tensor]:
    """Tensors whose sizes fit their shapes and that fill the data from end to end without hole or overlap."""
    tensors: dict[str, Tensor] = {}
    places: list[tuple[int, int]] = []
    for name, entry in table.items():
        try:
            dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
            bits = ITEM_BITS[dtype]
            numbers = [*shape, begin, end]
        except (KeyError, TypeError, ValueError):
            raise WeightsDamaged(what="an entry in the table of contents of a file makes no sense") from None
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise WeightsDamaged(what="an entry in the table of contents of a file makes no sense")
        if (end - begin) * 8 != math.prod(shape) * bits:
            raise WeightsDamaged(what="the size of a tensor does not fit its shape")
        tensors[name] = Tensor(dtype=dtype, shape=tuple(shape))
        places.append((begin, end))
    reached = 0
    for begin, end in sorted(places):
        if begin != reached:
            raise WeightsDamaged(what="the tensors of a file overlap or leave holes")
        reached = end
    if reached != data_bytes:
        raise WeightsDamaged(what="a file is shorter or longer than its table of contents says")
    return tensors
