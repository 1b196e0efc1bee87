"""What a style tells a model that edits: what to turn the person into, and what must stay.

    [engines.diffusion.edit]
    turn = "Turn the person into a clay figure, wearing {clothes}."
    keep = ["the face", "{hair}", "{glasses}"]
    after = "figure"

`turn` and `keep` are templates like a prompt; what a person does not have falls out of the list. `after`: the sculpted
figure is shown behind the photo, as a model for shape and pose. One table serves every family that edits.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from stylize.styles.reader import Reader

if TYPE_CHECKING:
    from stylize.styles.style import DenoiseTable

EDIT = "edit"
KEYS = {"turn", "keep", "after"}
MOST_KEPT = 12

AFTER = "The first picture is the person. Take body, proportions and pose from the figure in the second picture."
KEEP = "Keep {kept} exactly as in the photo, so that friends would know the person at once. Change nothing else."


@functools.cache
def edit_defaults() -> Mapping[str, Mapping[str, float]]:
    """num_inference_steps and guidance_scale by family, as declared in editing.toml."""
    text = resources.files(__package__).joinpath("editing.toml").read_text(encoding="utf-8")
    reader = Reader("editing.toml")
    table = tomllib.loads(text)
    for name, row in table.items():
        reader.only(row, f"{name}.", {"num_inference_steps", "guidance_scale"})
        reader.number(row, "num_inference_steps", f"{name}.", (1, 150))
        reader.number(row, "guidance_scale", f"{name}.", (0.0, 30.0))
    return MappingProxyType(table)


def editors() -> tuple[str, ...]:
    """The families that edit."""
    return tuple(edit_defaults())


def read_edit(reader: Reader, table: Mapping[str, object], where: str) -> dict[str, str]:
    """The prompt and what goes with it, from a table of a style. Raises DeclarationError."""
    reader.only(table, where, KEYS)
    kept = table.get("keep")
    if not isinstance(kept, list) or not 1 <= len(kept) <= MOST_KEPT:
        raise reader.error(f"{where}keep must be a list of 1 to {MOST_KEPT} texts")
    listed = ", ".join(reader.template({"keep": text}, "keep", where) for text in kept)
    after = reader.text(table, "after", where) if "after" in table else ""
    if after not in ("", "figure"):
        raise reader.error(f"{where}after must be figure, or left out")
    sentences = (reader.template(table, "turn", where), AFTER if after else "", KEEP.format(kept=listed))
    return {"prompt": " ".join(filter(None, sentences)), "image_reference": after}


def edit_tables(read: Mapping[str, str], kind: type[DenoiseTable]) -> dict[str, DenoiseTable]:
    """One table a family, with what these models lack left empty. `read`: as from `read_edit`."""
    return {
        family: kind(
            prompt=read["prompt"],
            negative_prompt="",
            strength=1.0,
            guidance_scale=row["guidance_scale"],
            num_inference_steps=int(row["num_inference_steps"]),
            scheduler="",
            init_image="subject",
            image_reference="figure" if read["image_reference"] else "",
        )
        for family, row in edit_defaults().items()
    }
