"""The styles that ride in the package: complete, usable by every engine they name, and fit for CLIP."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources

import pytest

from stylize.engines.diffusion.schedulers import scheduler_names
from stylize.engines.registry import check_settings
from stylize.models import Beard, Hair, Look, Outfit
from stylize.styles import Style, load_styles
from stylize.styles.prompt import fill

STYLES = load_styles(check=check_settings)
WORDIEST = Look(
    hair=Hair.BUZZ,
    outfit=Outfit.SUIT,
    beard=Beard.FULL,
    glasses=True,
    skin_colour="#f6ded0",
    hair_colour="#e6d6b4",
    iris_colour="#2f1d12",
    lip_colour="#aa5555",
    outer_colour="#3a3c40",
    inner_colour="#bfc1c4",
    accent_colour="#c99a2a",
    pants_colour="#3a3c40",
    shoe_colour="#3a3c40",
)
CLIP_TOKENS = 75
PAINTERS, EDITORS = ("sd15", "sdxl"), ("flux2-klein", "qwen-image-edit")
STUDIOS = ("ghibli", "miyazaki", "pixar", "disney", "barbie", "mattel", "lego", "funko", "aardman", "hasbro")


def _tokens(text: str) -> int:
    """CLIP's words and punctuation marks; a long word may be two tokens, so some room is kept."""
    pieces = re.findall(r"[a-z]+|[0-9]|[^\s\w]", text.lower())
    return sum(1 + (len(piece) > 11) for piece in pieces)


def test_the_six_are_there() -> None:
    assert set(STYLES) == {"action-figure", "doll", "vinyl", "clay", "painted-anime", "caricature"}
    assert {slug for slug, style in STYLES.items() if not style.boxed} == {"painted-anime"}


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.slug)
def test_every_style_works_without_weights_and_with_every_family(style: Style) -> None:
    assert {"figure", "painting"} & set(style.engines)
    assert set(style.denoise) == {*PAINTERS, *EDITORS}
    for table in (style.denoise[family] for family in PAINTERS):
        assert table.scheduler in scheduler_names()
        assert int(table.num_inference_steps * table.strength) >= 8
        assert not table.loras, "a style that ships may not need a file that does not"


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.slug)
def test_prompts_fit_into_clip_even_for_the_wordiest_look(style: Style) -> None:
    for table in (style.denoise[family] for family in PAINTERS):
        prompt, negative = fill(table.prompt, WORDIEST), fill(table.negative_prompt, WORDIEST)
        assert _tokens(prompt) <= CLIP_TOKENS
        assert _tokens(negative) <= CLIP_TOKENS
        assert "text" in negative, "the lettering is ours"
        for word in ("platinum blond", "full platinum blond beard", "glasses", "very fair skin"):
            assert word in prompt


@pytest.mark.parametrize("style", [s for s in STYLES.values() if s.boxed], ids=lambda style: style.slug)
def test_toys_begin_from_the_figure_on_a_plain_background(style: Style) -> None:
    for family, table in style.denoise.items():
        assert (table.image_reference if family in EDITORS else table.init_image) == "figure"
        assert re.search(r"plain[a-z ]* background", table.prompt)


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.slug)
def test_one_sentence_each_and_no_studio_by_name(style: Style) -> None:
    for text in style.description.values():
        assert text.endswith(".")
        assert text.count(".") == 1
    file = resources.files("stylize.styles").joinpath("builtin", f"{style.slug}.toml").read_text("utf-8").lower()
    assert not [name for name in STUDIOS if name in file]


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.slug)
def test_editors_are_told_what_to_change_and_what_to_keep(style: Style) -> None:
    bare = replace(WORDIEST, hair=Hair.BALD, beard=Beard.NONE, glasses=False)
    for family in EDITORS:
        table = style.denoise[family]
        told, told_bare = fill(table.prompt, WORDIEST), fill(table.prompt, bare)
        assert re.match(r"(Turn the person into|Repaint this photo as) ", told)
        kept = told[told.index("Keep ") :]
        assert kept.endswith("Change nothing else.")
        assert all(word in kept for word in ("buzz cut", "full platinum blond beard", "glasses"))
        assert "beard" not in told_bare
        assert "glasses" not in told_bare
        assert "second picture" in told or not style.boxed
        assert not re.search(r", ,|,\.|  |{|}", told + told_bare)
        assert (table.strength, table.negative_prompt, table.scheduler) == (1.0, "", "")
    assert style.denoise["flux2-klein"].num_inference_steps == 4
    assert style.denoise["flux2-klein"].guidance_scale == 1.0
    assert style.denoise["qwen-image-edit"].guidance_scale == 4.0
