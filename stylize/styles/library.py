"""All styles there are: the built-in folder, and the user's own beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from stylize.errors import DeclarationError, UnknownChoice
from stylize.models import Setting
from stylize.styles.scenes import check_scene
from stylize.styles.style import Style, read_style

MAX_STYLE_BYTES = 64 * 1024
Check = Callable[[str, tuple[tuple[str, Setting], ...]], None]
"""Told an engine's name and a style's table for it; raises DeclarationError if the engine cannot use the table."""


def load_styles(folder: Path | None = None, *, check: Check | None = None) -> Mapping[str, Style]:
    """Every style by slug, built-in ones first, each group in the order of its names.

    `folder`: the user's own *.toml files. Raises DeclarationError for a file that cannot be read or used, and for a
    slug that is there already: a style is never silently replaced.
    """
    styles: dict[str, Style] = {}
    builtin = resources.files("stylize.styles").joinpath("builtin")
    for file in [*_toml_files(builtin.iterdir()), *_user_files(folder)]:
        style = read_style(_read(file), file.name.removesuffix(".toml"))
        if style.slug in styles:
            raise DeclarationError(name=style.slug, why="there is a style of that name already; rename the file")
        check_scene(style)
        _check_settings(style, check)
        styles[style.slug] = style
    return MappingProxyType(styles)


def find_style(styles: Mapping[str, Style], slug: str) -> Style:
    """The style of that slug. Raises UnknownChoice, listing all, if there is none."""
    if slug not in styles:
        raise UnknownChoice(kind="style", choices=", ".join(styles))
    return styles[slug]


def _toml_files(files: Iterable[Traversable]) -> list[Traversable]:
    return sorted((f for f in files if f.name.endswith(".toml") and f.is_file()), key=lambda f: f.name)


def _user_files(folder: Path | None) -> list[Traversable]:
    if folder is None:
        return []
    try:
        return _toml_files(folder.iterdir())
    except OSError:
        raise DeclarationError(name="styles", why="the folder of your own styles cannot be read") from None


def _read(file: Traversable) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_STYLE_BYTES + 1)
        if len(data) > MAX_STYLE_BYTES:
            raise DeclarationError(name="style", why=f"its file has more than {MAX_STYLE_BYTES // 1024} kB")
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise DeclarationError(name="style", why="its file cannot be read as UTF-8 text") from None


def _check_settings(style: Style, check: Check | None) -> None:
    if check is None:
        return
    for engine, table in style.settings.items():
        try:
            check(engine, table)
        except DeclarationError as problem:
            why = problem.facts.get("why", "the engine refuses it")
            raise DeclarationError(name=style.slug, why=f"engines.{engine}: {why}") from None
