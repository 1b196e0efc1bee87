"""The form: every field of a Request is asked for once, by name, and read as it was meant."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from stylize.errors import OutOfRange
from stylize.geometry import Size
from stylize.models import Beard, BoxOrder, DenoiseOverride, Hair, LookOverride, Lora, Outfit, Request
from ui.form import COLOURS, FIELDS, NAMES, to_request

NOT_ASKED = {"look", "box", "denoise", "export", "box.language", "consent", "denoise.rows"}
"""Groups of others; the card speaks the language of the page; the file's format, which is chosen after; consent, which is
asked for by a question of its own; how many are painted side by side, which the machine decides."""

EMPTY: dict[str, Any] = {
    **dict.fromkeys(NAMES, ""),
    "style": "doll",
    "size": "768x960",
    "face": None,
    "box.accessories": [],
    "box.toys": [],
    "denoise.strength": 0,
    "denoise.guidance_scale": 0,
    "denoise.num_inference_steps": 0,
    "boxed": False,
    "denoise.likeness": 0.5,
    "denoise.loras": [],
    "denoise.ip_adapter_scale": 0,
    "denoise.controlnet_conditioning_scale": 0,
    "denoise.deepcache_interval": 1,
    "lora_scale": 1,
}


def test_every_field_of_a_request_is_asked_for() -> None:
    known = {field.name for field in fields(Request)}
    for part, kind in (("box", BoxOrder), ("look", LookOverride), ("denoise", DenoiseOverride)):
        known |= {f"{part}.{field.name}" for field in fields(kind)}
    assert {field.name for field in FIELDS} == known - NOT_ASKED


def test_an_untouched_form_asks_for_nothing_but_the_style() -> None:
    assert to_request(EMPTY) == Request(style="doll")


def test_what_is_chosen_arrives() -> None:
    chosen = {
        **EMPTY,
        "engine": "figure",
        "size": "512x640",
        "seed": " 42 ",
        "face": 1,
        "boxed": True,
        "box.name": " Ada ",
        "box.tagline": "Countess",
        "box.accessories": ["camera", "dog"],
        "box.toys": ["red kite"],
        "scene": "beach",
        "box.palette": "mint",
        "look.hair": "bob",
        "look.glasses": "no",
        "own_colours": "hair_colour=#112233",
        "denoise.strength": 0.4,
        "denoise.likeness": 0.75,
        "denoise.loras": ["toy", "clay"],
        "lora_scale": 0.6,
        "denoise.face_pass": "no",
        "denoise.pace": "quick",
        "denoise.deepcache_interval": 3,
        "denoise.num_inference_steps": 20.0,
        "denoise.prompt": "a toy",
    }
    assert to_request(chosen) == Request(
        style="doll",
        engine="figure",
        size=Size(width=512, height=640),
        seed=42,
        face=1,
        scene="beach",
        box=BoxOrder(name="Ada", tagline="Countess", accessories=("camera", "dog"), toys=("red kite",), palette="mint"),
        look=LookOverride(hair=Hair.BOB, glasses=False, hair_colour="#112233"),
        denoise=DenoiseOverride(
            strength=0.4,
            num_inference_steps=20,
            prompt="a toy",
            likeness=0.75,
            loras=(Lora(name="toy", scale=0.6), Lora(name="clay", scale=0.6)),
            face_pass=False,
            pace="quick",
            deepcache_interval=3,
        ),
    )


@pytest.mark.parametrize("kinds", [Hair, Outfit, Beard])
def test_words_of_looks_are_the_engines_own(kinds: type[Hair | Outfit | Beard]) -> None:
    """A plain str is equal to them, and breaks the engine that asks for its value."""
    name = f"look.{kinds.__name__.lower()}"
    for kind in kinds:
        chosen = getattr(to_request({**EMPTY, name: str(kind)}).look, kinds.__name__.lower())
        assert type(chosen) is kinds
        assert chosen is kind


def test_the_card_speaks_the_language_of_the_page() -> None:
    boxed = {**EMPTY, "boxed": True}
    assert [to_request(boxed, code).box.language for code in ("de", "en", "tlh")] == ["de", "en", "en"]  # type: ignore[union-attr]


def test_a_seed_of_nought_is_a_seed() -> None:
    assert to_request({**EMPTY, "seed": "0"}).seed == 0


@pytest.mark.parametrize("seed", ["abc", "-1", "1.5", "4294967296", "٣"])
def test_a_seed_that_is_none_is_refused(seed: str) -> None:
    with pytest.raises(OutOfRange):
        to_request({**EMPTY, "seed": seed})


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("", {}),
        ("skin_colour=#112233 shoe_colour=#ffffff", {"skin_colour": "#112233", "shoe_colour": "#ffffff"}),
        ("skin_colour=red name=#112233 hair_colour=#12345 lip_colour=#1122334", {}),
    ],
)
def test_own_colours_are_read_as_the_page_writes_them(written: str, own: dict[str, str]) -> None:
    look = to_request({**EMPTY, "own_colours": written}).look
    assert {name: getattr(look, name) for name in COLOURS if getattr(look, name)} == own
