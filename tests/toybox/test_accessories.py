"""Accessories: all there, named in both languages, and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from stylize.errors import DeclarationError, UnknownAccessory
from stylize.toybox import accessories as shelf

FOLDER = Path(shelf.__file__).parent / "accessories"


def test_there_are_many_and_each_is_whole() -> None:
    toys = shelf.accessories()
    assert len(toys) >= 48
    for toy in toys.values():
        assert toy.english
        assert toy.german
        assert toy.licence == "MIT"
        icon = shelf.read_icon(toy.slug)
        assert icon.shape == (256, 256, 4)
        assert icon[..., 3].max() == 255
        assert icon[..., 3].min() == 0


def test_every_picture_is_declared_and_noticed() -> None:
    assert {p.name for p in FOLDER.glob("*.webp")} == {toy.file for toy in shelf.accessories().values()}
    notice = (Path(__file__).parents[2] / "NOTICE").read_text("utf-8")
    assert f"{len(shelf.accessories())} pictures of Fluent Emoji" in notice


@pytest.mark.parametrize(
    ("text", "locale", "slug"),
    [
        ("Kamera", "de", "camera"),
        ("camera", "en", "camera"),
        ("CAMERA", "de", "camera"),
        ("camrea", "en", "camera"),
        ("Fußball", "de", "soccer-ball"),
        ("fussball", "de", "soccer-ball"),
        ("Bücher", "de", "books"),
        ("buecher", "de", "books"),
        ("bucher", "en", "books"),
        ("Gitare", "de", "guitar"),
        ("Hubschraubr", "de", "helicopter"),
        ("boba", "en", "bubble-tea"),
        ("knit", "en", "yarn"),
        ("paint palette", "en", "palette"),
    ],
)
def test_search_finds_first(text: str, locale: str, slug: str) -> None:
    assert shelf.search_accessories(text, locale)[0].slug == slug


def test_every_toy_is_found_by_its_names() -> None:
    for toy in shelf.accessories().values():
        assert toy in shelf.search_accessories(toy.english, "en")[:3]
        assert toy in shelf.search_accessories(toy.german, "de")[:3]


def test_an_empty_search_lists_all_by_name() -> None:
    german = [toy.german for toy in shelf.search_accessories("", "de")]
    assert len(german) == len(shelf.accessories())
    assert german[0] == "Akkordeon"
    assert shelf.search_accessories("qqqqzzz") == ()


def test_unknown_ones_are_refused() -> None:
    with pytest.raises(UnknownAccessory) as refused:
        shelf.accessory("my secret name")
    assert "my secret name" not in str(refused.value)


@pytest.mark.parametrize("change", [{"colour": "red"}, {"english": None}, {"german": 3}, {"search_english": "photo"}])
def test_a_wrong_declaration_is_refused(change: dict[str, object]) -> None:
    table: dict[str, object] = {
        "file": "x.webp",
        "english": "X",
        "german": "X",
        "search_english": ["x"],
        "search_german": ["x"],
        "category": "things",
        "licence": "MIT",
        "code_point": "1",
    }
    shelf._declare("x", table)
    table.update(change)
    table = {key: value for key, value in table.items() if value is not None}
    with pytest.raises(DeclarationError):
        shelf._declare("x", table)
