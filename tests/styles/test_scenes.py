"""Places: what can be asked, who can show it, and what becomes of it in a plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stylize.engines.painting.settings import MOODS, read_settings
from stylize.errors import DeclarationError, SceneNotForStyle, UnknownChoice
from stylize.models import Capabilities, DenoiseOverride, Plan, Request
from stylize.scenery import set_before
from stylize.styles import load_styles, plan, scenes, scenes_of
from stylize.styles.scenes import parse_scenes
from stylize.styles.style import read_style
from tests.diffusion.tiny import make_subject
from tests.styles.test_plan import FIGURE, LOOK

STYLES = load_styles()
PAINTING = replace(FIGURE, name="painting")
SD15 = replace(FIGURE, name="diffusion", denoises=True, family="sd15")
KLEIN = replace(SD15, family="flux2-klein")


def made(engine: Capabilities, scene: str | None, **more: object) -> Plan:
    request = Request(style="painted-anime", engine=engine.name, scene=scene, **more)  # type: ignore[arg-type]
    return plan(request, STYLES["painted-anime"], (engine,), LOOK, 1, "")


@pytest.mark.parametrize("engine", [SD15, KLEIN], ids=lambda engine: engine.family)
def test_diffusion_is_told_of_the_place_in_words(engine: Capabilities) -> None:
    anime = STYLES["painted-anime"]
    assert {scene.slug for scene in scenes_of(anime, engine)} == set(scenes())
    usual, there = made(engine, None).denoise, made(engine, "bookshop").denoise
    assert usual is not None
    assert there is not None
    assert "summer clouds" in usual.prompt, "the style's own place"
    assert "shelves full of books" in there.prompt
    assert "summer clouds" not in there.prompt
    assert "{" not in there.prompt


def test_words_of_your_own_keep_the_place() -> None:
    denoise = made(SD15, "space", denoise=DenoiseOverride(prompt="oil painting")).denoise
    assert denoise is not None
    assert denoise.prompt.startswith("oil painting, ")
    assert "nebula" in denoise.prompt


def test_the_painting_engine_shows_what_it_has_a_backdrop_for() -> None:
    shown = scenes_of(STYLES["painted-anime"], PAINTING)
    assert {scene.mood for scene in shown} <= set(MOODS)
    assert "space" not in [scene.slug for scene in shown]
    for scene in shown:
        assert read_settings(made(PAINTING, scene.slug).settings).mood == scene.mood
    assert made(PAINTING, None).settings == STYLES["painted-anime"].settings["painting"]
    with pytest.raises(SceneNotForStyle, match="beach"):
        made(PAINTING, "space")


def test_toys_and_unknown_places_are_refused() -> None:
    assert scenes_of(STYLES["action-figure"], SD15) == ()
    with pytest.raises(SceneNotForStyle):
        plan(Request(scene="beach"), STYLES["action-figure"], (FIGURE,), LOOK, 1, "")
    with pytest.raises(UnknownChoice, match="bookshop"):
        made(SD15, "needle")


def test_the_photos_room_makes_way_for_the_colours_of_the_place() -> None:
    pixels = np.full((120, 100, 3), (200, 40, 40), np.uint8)
    subject = make_subject(pixels)
    mask = np.zeros((120, 100), np.float32)
    mask[40:, 30:70] = 1
    subject = replace(subject, person=replace(subject.person, person_mask=mask))
    chosen, there = made(SD15, "forest"), scenes()["forest"]
    washed = set_before(subject, there, chosen).pixels
    assert np.array_equal(washed[60:100, 40:60], pixels[60:100, 40:60]), "the person stays"
    green = washed[5:30, 5:95].astype(int)
    assert (green[..., 1] > green[..., 0]).all()
    assert set_before(subject, None, chosen) is subject
    assert set_before(subject, there, made(KLEIN, "forest")) is subject, "who edits is told in words"
    nobody = replace(subject, person=replace(subject.person, person_mask=np.zeros_like(mask)))
    assert set_before(nobody, there, chosen) is nobody


def test_declarations_are_read_strictly() -> None:
    good = '[attic]\ntitle = { en = "Attic", de = "Dachboden" }\nprompt = "an attic"\n'
    assert parse_scenes(good)["attic"].title["de"] == "Dachboden"
    for off in ('mod = "day"\n', 'wash = "#ffffff"\n', 'mood = ""\n'):
        with pytest.raises(DeclarationError):
            parse_scenes(good + off)


def test_a_style_that_begins_nowhere_is_refused(tmp_path: Path) -> None:
    anime = Path("stylize/styles/builtin/painted-anime.toml").read_text("utf-8").replace("painted-anime", "mine")
    assert read_style(anime, "mine").scene == "summer-day"
    for old, new in (('scene = "summer-day"\n', ""), ('"summer-day"', '"needle"')):
        (tmp_path / "mine.toml").write_text(anime.replace(old, new), "utf-8")
        with pytest.raises(DeclarationError, match="scene"):
            load_styles(tmp_path)
