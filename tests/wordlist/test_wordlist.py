"""The word list against planted requests and ordinary ones, and every place at which it is asked."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

import stylize
from stylize import styles
from stylize.engines import registry
from stylize.errors import DeclarationError, PromptRefused
from stylize.making import Bench, check_order
from stylize.models import BoxOrder, Capabilities, DenoiseOverride, Look, Request
from stylize.styles.modesty import STEERED_AWAY_FROM
from stylize.toybox.accessories import accessories
from stylize.wordlist import is_explicit, is_harsh
from stylize.workshop import Workshop
from tests.painter import painter

HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("text", lines("refused.txt"))
def test_refused(text: str) -> None:
    assert is_explicit(text)
    assert is_explicit(f"studio photo of a toy, {text}, soft light"), "among other words, too"


@pytest.mark.parametrize("text", lines("ordinary.txt"))
def test_passed(text: str) -> None:
    assert not is_explicit(text)
    assert not is_harsh(text)


def test_there_are_enough_of_both() -> None:
    assert len(lines("refused.txt")) >= 150
    assert len(lines("ordinary.txt")) >= 300


def test_all_of_our_own_things_pass() -> None:
    for thing in accessories().values():
        assert not is_explicit(thing.name("en")), thing.slug
        assert not is_explicit(thing.name("de")), thing.slug


def test_every_word_of_the_list_is_caught_by_it() -> None:
    declared = tomllib.loads((files("stylize.wordlist") / "words.toml").read_text("utf-8"))
    missed = [
        term
        for term in declared["harsh"] + declared["explicit"]
        if not is_explicit(term.replace(" ~", "").replace(" ^", "").rstrip("*"))
    ]
    assert missed == []


@pytest.mark.parametrize("name", ["Dick", "Fanny", "Randy Cox", "Willy", "Naked Chef", "Sexy Hexy"])
def test_a_box_may_bear_names_and_cheek(name: str) -> None:
    assert not is_harsh(name)


@pytest.mark.parametrize("name", ["Hure", "Schlampe", "Slut", "p0rn star", "F.u.c.k", "Fotze"])
def test_but_no_abuse(name: str) -> None:
    assert is_harsh(name)


# ---------------------------------------------------------------- where it is asked


@pytest.fixture
def bench() -> Bench:
    engines = registry.create_all(stylize.Settings())
    return Bench(styles=styles.load_styles(), engines=engines)


def denoising(family: str = "sd15") -> Capabilities:
    return painter(family=family)


ASKED: dict[str, Callable[[str], Request]] = {
    "prompt": lambda text: Request(denoise=DenoiseOverride(prompt=text)),
    "toy": lambda text: Request(box=BoxOrder(toys=(text,))),
    "name": lambda text: Request(box=BoxOrder(name=text)),
    "tagline": lambda text: Request(box=BoxOrder(tagline=text)),
}


@pytest.mark.parametrize("field", ASKED)
def test_it_is_refused_before_a_photo_is_opened_and_the_field_is_named_but_not_the_words(field: str) -> None:
    with Workshop(stylize.Settings()) as workshop, pytest.raises(PromptRefused) as refused:
        workshop.run(b"this is no photo", ASKED[field]("needleword P0rn"))
    assert refused.value.facts == {"field": field}
    assert "porn" not in str(refused.value).lower()
    assert "needleword" not in str(refused.value)


@pytest.mark.parametrize("engine", ["figure", "painting"])
def test_a_prompt_is_refused_whoever_makes_the_picture(bench: Bench, engine: str) -> None:
    request = Request(engine=engine, style="caricature", denoise=DenoiseOverride(prompt="undress her"))
    with pytest.raises(PromptRefused):
        check_order(request, bench.styles["caricature"], bench)


def test_what_one_does_not_want_may_be_named(bench: Bench) -> None:
    request = Request(engine="figure", denoise=DenoiseOverride(negative_prompt="nsfw, nude, naked, porn"))
    assert check_order(request, bench.styles["action-figure"], bench) == request


@pytest.mark.parametrize(
    "negative_prompt",
    ["clothes", "blurry, Clothing", "(clothes:1.5), blurry", "any clothes", "c l o t h e s", "unscharf, ihre Kleidung"],
)
def test_but_not_that_there_be_no_clothes(bench: Bench, negative_prompt: str) -> None:
    request = Request(engine="figure", denoise=DenoiseOverride(negative_prompt=negative_prompt))
    with pytest.raises(PromptRefused) as refused:
        check_order(request, bench.styles["action-figure"], bench)
    assert refused.value.facts == {"field": "negative_prompt"}


@pytest.mark.parametrize(
    "negative_prompt",
    ["torn clothes, blurry", "dress, skirt", "", "dark clothing", "zerrissene Kleidung", "nude, naked"],
)
def test_what_clothes_they_should_not_be_may_be_said(bench: Bench, negative_prompt: str) -> None:
    request = Request(engine="figure", denoise=DenoiseOverride(negative_prompt=negative_prompt))
    assert check_order(request, bench.styles["action-figure"], bench) == request


STYLE = Path(str(files("stylize.styles").joinpath("builtin", "clay.toml")))


@pytest.mark.parametrize("where", ["prompt", "turn", "face_pass"])
def test_a_style_that_sexualises_is_refused_when_it_is_loaded(tmp_path: Path, where: str) -> None:
    text = STYLE.read_text("utf-8").replace('slug = "clay"', 'slug = "mine"')
    head = {
        "prompt": "[engines.diffusion.sd15]",
        "turn": "[engines.diffusion.edit]",
        "face_pass": "[engines.diffusion.face_pass]",
    }[where]
    key = "turn" if where == "turn" else "prompt"
    before, section, after = text.partition(head)
    assert section
    place = after.index(f'{key} = """') + len(f'{key} = """')
    (tmp_path / "mine.toml").write_text(
        before + section + after[:place] + "\nneedleword topless,\n" + after[place:], "utf-8"
    )
    with pytest.raises(DeclarationError) as refused:
        styles.load_styles(tmp_path)
    assert "sexual" in str(refused.value)
    assert "topless" not in str(refused.value)


def test_a_style_may_name_what_it_does_not_want(tmp_path: Path) -> None:
    text = STYLE.read_text("utf-8").replace('slug = "clay"', 'slug = "mine"')
    (tmp_path / "mine.toml").write_text(
        text.replace('negative_prompt = """', 'negative_prompt = """\nnude, naked,'), "utf-8"
    )
    assert "mine" in styles.load_styles(tmp_path)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_every_style_and_every_toy_is_steered_away_from_nudity(bench: Bench, look: Look, family: str) -> None:
    engine = denoising(family)
    request = Request(engine="diffusion", seed=1)
    for slug, style in bench.styles.items():
        if not styles.can_do(style, engine):
            continue
        plan = styles.plan(replace(request, style=slug), style, (engine,), look, 1, "")
        assert plan.denoise is not None
        assert plan.denoise.negative_prompt.startswith(STEERED_AWAY_FROM)
    toy = styles.toy_plan("hedgehog", 1, look, "action-figure", engine, DenoiseOverride())
    assert toy.denoise is not None
    assert toy.denoise.negative_prompt.startswith(STEERED_AWAY_FROM)


@pytest.fixture
def look(subject_of: Callable[[str], stylize.models.Subject]) -> Look:
    return subject_of("obama2").person.look
