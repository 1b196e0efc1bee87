"""A style file is read strictly: every slip is refused with the style's name and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from stylize.engines.registry import check_settings
from stylize.errors import DeclarationError, UnknownChoice
from stylize.styles import find_style, load_styles
from stylize.styles.style import read_style

GOOD = """
slug = "mine"
boxed = true
[title]
en = "Mine"
de = "Meins"
[description]
en = "A style of my own."
de = "Ein eigener Stil."
[tagline]
en = "One of a Kind"
de = "Einzelstück"
[engines.figure]
gloss = 0.5
[engines.diffusion]
init_image = "figure"
scheduler = "euler"
num_inference_steps = 20
guidance_scale = 7
[engines.diffusion.sd15]
strength = 0.5
prompt = "a toy, {likeness}, {clothes}"
negative_prompt = "text"
loras = [{ name = "toys", scale = 0.8 }]
"""


def test_a_good_file_is_read_whole() -> None:
    style = read_style(GOOD, "mine")
    assert style.engines == ("diffusion", "figure")
    assert style.settings["figure"] == (("gloss", 0.5),)
    assert style.denoise["sd15"].guidance_scale == 7
    assert style.denoise["sd15"].loras[0].scale == 0.8
    assert style.title["de"] == "Meins"


SLIPS = [
    ("boxed = true", "boxed = 1", "boxed"),
    ("boxed = true", "boxed = true\ncolour = 3", "colour"),
    ('slug = "mine"', 'slug = "yours"', "slug"),
    ('slug = "mine"', "", "slug"),
    ('de = "Meins"', 'fr = "Mien"', "title.fr"),
    ('de = "Meins"', "", "title.de"),
    ('de = "Einzelstück"', f'de = "{"x" * 33}"', "tagline"),
    ("gloss = 0.5", "gloss = [1]", "engines.figure.gloss"),
    ("gloss = 0.5", "glos = 0.5", "engines.figure"),
    ("gloss = 0.5", "gloss = 9", "gloss"),
    ("strength = 0.5", "strength = 0", "engines.diffusion.sd15.strength"),
    ("strength = 0.5", "strength = true", "engines.diffusion.sd15.strength"),
    ("strength = 0.5", "strength = nan", "engines.diffusion.sd15.strength"),
    ("strength = 0.5", "cfg = 5", "engines.diffusion.sd15.cfg"),
    ("guidance_scale = 7", "guidance_scale = 31", "guidance_scale"),
    ("guidance_scale = 7", "", "guidance_scale"),
    ("num_inference_steps = 20", "num_inference_steps = 20.5", "num_inference_steps"),
    ("num_inference_steps = 20", "num_inference_steps = 0", "num_inference_steps"),
    ('init_image = "figure"', 'init_image = "photo"', "init_image"),
    ('scheduler = "euler"', 'scheduler = "Euler A!"', "scheduler"),
    ("{likeness}", "{name}", "prompt"),
    ("{likeness}", "{likeness", "prompt"),
    ("scale = 0.8", "scale = 3", "loras.scale"),
    ("scale = 0.8", "weight = 1", "loras.weight"),
    ("[engines.diffusion.sd15]", "[engines.diffusion.sd99]", "engines.diffusion.sd99"),
    ("[engines.figure]\ngloss = 0.5", "[engines.painting]", "engines.figure"),
    ("boxed = true", 'boxed = true\nprefers = "painting"', "prefers"),
    ("boxed = true", "boxed = true true", "line 3"),
]


@pytest.mark.parametrize(("old", "new", "names"), SLIPS, ids=[f"{new[:30]}-{names}" for _, new, names in SLIPS])
def test_a_slip_is_refused_by_name_and_key(tmp_path: Path, old: str, new: str, names: str) -> None:
    assert old in GOOD
    (tmp_path / "mine.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_styles(tmp_path, check=check_settings)
    assert caught.value.facts["name"] == "mine"
    assert names in str(caught.value)


@pytest.mark.parametrize("slug", ["Mine", "my style", "../mine", "1st", "mine-", ""])
def test_a_file_name_that_is_no_slug_is_refused_without_repeating_it(slug: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_style(GOOD, slug)
    assert caught.value.facts["name"] == "style"


def test_own_styles_come_after_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a style", encoding="utf-8")
    styles = load_styles(tmp_path, check=check_settings)
    assert [*styles] == [*load_styles(), "mine"]


def test_a_duplicate_is_refused_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "doll.toml").write_text(GOOD.replace('"mine"', '"doll"'), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"doll.*already"):
        load_styles(tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * 70_000])
def test_a_file_that_is_no_text_or_far_too_long_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.toml").write_bytes(content)
    with pytest.raises(DeclarationError):
        load_styles(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="folder"):
        load_styles(tmp_path / "nowhere")


def test_an_unknown_style_lists_those_there_are() -> None:
    with pytest.raises(UnknownChoice, match=r"action-figure.*vinyl"):
        find_style(load_styles(), "hologram")


def test_the_example_in_the_docs_is_a_style() -> None:
    text = (Path(__file__).parents[2] / "docs" / "styles.md").read_text(encoding="utf-8")
    example = text.partition("```toml")[2].partition("```")[0]
    style = read_style(example, "marble")
    for engine, table in style.settings.items():
        check_settings(engine, table)
    assert style.engines == ("diffusion", "figure")
