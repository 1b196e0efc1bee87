"""A style: one TOML file that says what each engine does for it. Read strictly: nothing unknown, nothing guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Literal, cast

from stylize.models import Lora, Setting
from stylize.styles.guides import GUIDE_KEYS, NO_GUIDES, GuideTable, read_guides
from stylize.styles.instruct import EDIT, edit_tables, read_edit
from stylize.styles.reader import Reader

FAMILIES = ("sd15", "sdxl")
DENOISING = "diffusion"
"""The table that is read as `DenoiseTable`s, one a family; every other engine's table is plain settings."""

STRENGTH = (0.05, 1.0)
GUIDANCE_SCALE = (0.0, 30.0)
NUM_INFERENCE_STEPS = (1, 150)
LORA_SCALE = (0.0, 2.0)
TAGLINE_LETTERS = 32

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SCHEDULER = re.compile(r"[a-z0-9][a-z0-9+_.-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class DenoiseTable:
    """What a style tells diffusers for one family of weights. Prompts are templates, see `styles.prompt`. `scheduler` "":
    the model's own. `image_reference`: what a model that edits is shown behind the photo.
    """

    prompt: str
    negative_prompt: str
    strength: float
    guidance_scale: float
    num_inference_steps: int
    scheduler: str
    init_image: Literal["subject", "figure"]
    loras: tuple[Lora, ...] = ()
    guides: GuideTable = NO_GUIDES
    image_reference: Literal["", "figure"] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """One declaration. Texts by language; `settings` by engine; `denoise` by family of weights.

    `boxed`: it is a toy, and comes in a box unless the user says otherwise. `prefers`: the engine to take when the user
    named none and it is ready; None: the usual order. `scene`: the place that {scene} in a prompt is, unless the user names
    another one; "" where there is none.
    """

    slug: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    tagline: Mapping[str, str]
    boxed: bool
    prefers: str | None
    scene: str
    settings: Mapping[str, tuple[tuple[str, Setting], ...]]
    denoise: Mapping[str, DenoiseTable]

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that can do it, by name."""
        return tuple(sorted((*self.settings, *([DENOISING] if self.denoise else []))))


def read_style(text: str, slug: str) -> Style:
    """TOML → Style. `slug` is the file's name without its ending, and must be the one inside.

    Raises DeclarationError naming the style and the key for anything unknown, missing, of a wrong type or out of range.
    """
    reader = _Reader(slug if _SLUG.fullmatch(slug) else "style")
    if not _SLUG.fullmatch(slug):
        raise reader.error("its file name must be small letters, digits and single hyphens")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise reader.error(f"it is not valid TOML, {_place(problem)}") from None
    reader.only(table, "", {"slug", "title", "description", "tagline", "boxed", "prefers", "scene", "engines"})
    if reader.text(table, "slug") != slug:
        raise reader.error("slug must be the file's own name")
    engines = reader.table(table, "engines")
    if not engines:
        raise reader.error("engines must have one table at least")
    denoise = reader.denoise(engines)
    if any("figure" in (t.init_image, t.image_reference) for t in denoise.values()) and "figure" not in engines:
        raise reader.error('engines.diffusion: "figure" needs a table engines.figure')
    prefers = reader.text(table, "prefers") if "prefers" in table else None
    if prefers is not None and prefers not in engines:
        raise reader.error("prefers must name an engine of this file")
    return Style(
        slug=slug,
        title=reader.translated(table, "title"),
        description=reader.translated(table, "description"),
        tagline=reader.translated(table, "tagline", longest=TAGLINE_LETTERS),
        boxed=reader.flag(table, "boxed"),
        prefers=prefers,
        scene=reader.text(table, "scene") if "scene" in table else "",
        settings=MappingProxyType({n: reader.settings(engines, n) for n in engines if n != DENOISING}),
        denoise=MappingProxyType(denoise),
    )


class _Reader(Reader):
    """What only a style has."""

    def settings(self, engines: Mapping[str, object], name: str) -> tuple[tuple[str, Setting], ...]:
        where = f"engines.{name}."
        table = self.table(engines, name, "engines.")
        for key, value in table.items():
            if not isinstance(value, (str, int, float, bool)):
                raise self.error(f"{where}{key} must be text, a number, true or false")
        return tuple(sorted(cast("dict[str, Setting]", table).items()))

    def denoise(self, engines: Mapping[str, object]) -> dict[str, DenoiseTable]:
        if DENOISING not in engines:
            return {}
        where = f"engines.{DENOISING}."
        shared = self.table(engines, DENOISING, "engines.")
        known = {f.name for f in fields(DenoiseTable)} - {"guides", "image_reference"} | set(GUIDE_KEYS)
        self.only(shared, where, known | {*FAMILIES, EDIT})
        base = {key: value for key, value in shared.items() if key in known}
        families = {name: self.table(shared, name, where) for name in FAMILIES if name in shared}
        if not families and EDIT not in shared:
            raise self.error(f"{where[:-1]} must have a table for one of {', '.join((*FAMILIES, EDIT))}")
        for name, table in families.items():
            self.only(table, f"{where}{name}.", known)
        read = {n: self.denoise_table({**base, **table}, f"{where}{n}.") for n, table in families.items()}
        if EDIT in shared:
            edit = read_edit(self, self.table(shared, EDIT, where), f"{where}{EDIT}.")
            read |= edit_tables(edit, DenoiseTable)
        return read

    def denoise_table(self, table: Mapping[str, object], where: str) -> DenoiseTable:
        init_image = self.text(table, "init_image", where)
        if init_image not in ("subject", "figure"):
            raise self.error(f"{where}init_image must be subject or figure")
        steps = self.number(table, "num_inference_steps", where, NUM_INFERENCE_STEPS)
        if not isinstance(steps, int):
            raise self.error(f"{where}num_inference_steps must be a whole number")
        scheduler = self.text(table, "scheduler", where)
        if not _SCHEDULER.fullmatch(scheduler):
            raise self.error(f"{where}scheduler must be small letters, digits and hyphens")
        return DenoiseTable(
            prompt=self.template(table, "prompt", where),
            negative_prompt=self.template(table, "negative_prompt", where),
            strength=self.number(table, "strength", where, STRENGTH),
            guidance_scale=self.number(table, "guidance_scale", where, GUIDANCE_SCALE),
            num_inference_steps=steps,
            scheduler=scheduler,
            init_image=cast("Literal['subject', 'figure']", init_image),
            loras=self.loras(table, where),
            guides=read_guides(self, table, where),
        )

    def loras(self, table: Mapping[str, object], where: str) -> tuple[Lora, ...]:
        rows = table.get("loras", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.error(f"{where}loras must be a list of tables with name and scale")
        read = []
        for row in cast("list[dict[str, object]]", rows):
            self.only(row, f"{where}loras.", {"name", "scale"})
            scale = self.number({"scale": 1.0, **row}, "scale", f"{where}loras.", LORA_SCALE)
            read.append(Lora(name=self.text(row, "name", f"{where}loras."), scale=scale))
        return tuple(read)


def _place(problem: tomllib.TOMLDecodeError) -> str:
    """Where the parser stumbled, without quoting the file."""
    found = re.search(r"line \d+, column \d+", str(problem))
    return f"see {found.group()}" if found else "see its end"
