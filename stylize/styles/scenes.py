"""The places that a person may stand in: scenes.toml, and who can show them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from stylize.colour import from_hex
from stylize.errors import DeclarationError, SceneNotForStyle, UnknownChoice
from stylize.models import Capabilities, Colour, Setting
from stylize.styles.prompt import placeholders
from stylize.styles.reader import Reader
from stylize.styles.style import DenoiseTable, Style

MOOD = "mood"
"""The setting of an engine without a model by which it is told a backdrop."""

FIELD = "scene"
"""What stands for the scene in a prompt's template."""

MOST_COLOURS = 6

Settings = tuple[tuple[str, Setting], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One place. `title` by language; see the comments in scenes.toml."""

    slug: str
    title: Mapping[str, str]
    prompt: str
    mood: str = ""
    wash: tuple[Colour, ...] = ()


@functools.cache
def scenes() -> Mapping[str, Scene]:
    """All of them by slug. Raises DeclarationError."""
    return parse_scenes(resources.files(__package__).joinpath("scenes.toml").read_text(encoding="utf-8"))


def parse_scenes(text: str) -> Mapping[str, Scene]:
    """Raises DeclarationError on anything unknown, missing or of a wrong type."""
    return MappingProxyType({slug: _scene(slug, row) for slug, row in tomllib.loads(text).items()})


def scenes_of(style: Style, engine: Capabilities) -> tuple[Scene, ...]:
    """Those that `engine` can show in `style`: all where its prompt has a place for them, those with a backdrop where the
    engine paints backdrops; none for toys.
    """
    if engine.denoises:
        table = table_of(style, engine)
        return tuple(scenes().values()) if table and FIELD in placeholders(table.prompt) else ()
    paints = MOOD in dict(style.settings.get(engine.name, ()))
    return tuple(scene for scene in scenes().values() if paints and scene.mood)


def scene_for(slug: str | None, style: Style, engine: Capabilities) -> Scene | None:
    """The scene `slug`, which that engine can show in that style; None: as the style says.

    Raises UnknownChoice, or SceneNotForStyle.
    """
    if slug is None:
        return None
    if slug not in scenes():
        raise UnknownChoice(kind="scene", choices=", ".join(scenes()))
    able = scenes_of(style, engine)
    if scenes()[slug] not in able:
        choices = ", ".join(scene.slug for scene in able) or "–"
        raise SceneNotForStyle(style=style.slug, engine=engine.name, choices=choices)
    return scenes()[slug]


def in_scene(settings: Settings, scene: Scene | None) -> Settings:
    """`settings` of an engine that paints backdrops, with the one of `scene`."""
    if scene is None or not scene.mood or MOOD not in dict(settings):
        return settings
    return tuple(sorted({**dict(settings), MOOD: scene.mood}.items()))


def words_of(scene: Scene | None, style: Style) -> str:
    """What `{scene}` becomes in the prompts of `style`."""
    chosen = scene or scenes().get(style.scene)
    return chosen.prompt if chosen else ""


def check_scene(style: Style) -> None:
    """Raises DeclarationError for a default that is not there, or a prompt with a place for none."""
    if style.scene and style.scene not in scenes():
        raise DeclarationError(name=style.slug, why=f"scene must be one of {', '.join(scenes())}")
    if not style.scene and any(FIELD in placeholders(table.prompt) for table in style.denoise.values()):
        raise DeclarationError(name=style.slug, why="a prompt with {scene} needs scene, the one to begin with")


def table_of(style: Style, engine: Capabilities) -> DenoiseTable | None:
    """What `style` tells the weights of `engine`; None: nothing."""
    return style.denoise.get(engine.family) if engine.family else next(iter(style.denoise.values()), None)


def _scene(slug: str, row: object) -> Scene:
    reader = Reader(f"scenes.toml {slug}")
    if not isinstance(row, dict):
        raise reader.error("it must be a table")
    reader.only(row, "", {"title", "prompt", "mood", "wash"})
    wash = row.get("wash", [])
    if not isinstance(wash, list) or len(wash) > MOST_COLOURS or not all(isinstance(one, str) for one in wash):
        raise reader.error(f"wash must be a list of at most {MOST_COLOURS} colours")
    for colour in wash:
        from_hex(colour)
    return Scene(
        slug=slug,
        title=reader.translated(row, "title", longest=40),
        prompt=reader.text(row, "prompt"),
        mood=reader.text(row, "mood") if "mood" in row else "",
        wash=tuple(wash),
    )
