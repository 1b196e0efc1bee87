"""A look in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stylize.models import Beard, Hair, Look, Outfit
from stylize.styles.prompt import _COLOURS, _EYES, _HAIRS, _SKINS, PLACEHOLDERS, fill, name_colour, words

PLAIN = Look(
    hair=Hair.BOB,
    outfit=Outfit.TEE,
    beard=Beard.NONE,
    glasses=False,
    skin_colour="#94633f",
    hair_colour="#17130f",
    iris_colour="#5c3a20",
    lip_colour="#aa5555",
    outer_colour="#c8262c",
    inner_colour="#ffffff",
    accent_colour="#2456b4",
    pants_colour="#4a6488",
    shoe_colour="#f4f4f2",
)


@pytest.mark.parametrize("table", [_COLOURS, _SKINS, _HAIRS, _EYES])
def test_each_name_names_its_own_colour(table: dict[str, str]) -> None:
    assert {name: name_colour(colour, table) for name, colour in table.items()} == {name: name for name in table}


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ("#000000", "black"),
        ("#ffffff", "white"),
        ("#ff0000", "red"),
        ("#0a1a3a", "navy blue"),
        ("#f26a1b", "orange"),
        ("#3d8b3a", "green"),
        ("#808080", "grey"),
        ("#e8c8d0", "pale pink"),
    ],
)
def test_everyday_colours_have_everyday_names(colour: str, name: str) -> None:
    assert name_colour(colour) == name


def test_every_placeholder_has_words_for_every_look() -> None:
    for hair in Hair:
        for outfit in Outfit:
            for beard in Beard:
                said = words(replace(PLAIN, hair=hair, outfit=outfit, beard=beard))
                assert set(said) == PLACEHOLDERS
                assert "{" not in "".join(said.values())


def test_likeness_is_spelt_out() -> None:
    look = replace(PLAIN, glasses=True, beard=Beard.GOATEE)
    assert (
        words(look)["likeness"] == "chin-length black bob hair, black goatee, wearing glasses, brown skin, brown eyes"
    )
    assert words(PLAIN)["clothes"] == "a red t-shirt, denim blue trousers, white shoes"


def test_gaps_close_up() -> None:
    assert fill("a toy, {beard}, {glasses},\n  {skin} , plain", PLAIN) == "a toy, brown skin, plain"
    assert fill("{glasses}, {beard}", PLAIN) == ""


def test_a_bald_head_has_no_hair_colour_to_confuse() -> None:
    assert words(replace(PLAIN, hair=Hair.BALD))["hair"] == "bald head"
