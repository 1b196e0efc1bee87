"""The pieces of the privacy panel: no value of a photo is in them, and what is missing of the wall is said in words."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import get_args

import pytest

from stylize.models import Evidence, Findings, Found
from stylize.privacy import parts, witness
from stylize.privacy.wall import Part, Wall
from ui import fragments, proofs, souvenirs
from ui.strings import language, languages

CANARY = "Kanarie <b>73</b>"
FOUND = tuple(Found(group=group, name=CANARY, value=CANARY) for group in ("place", "place", "person"))
FINDINGS = Findings(faces=(), subject=None, warnings=(), verdict="ok")
NAMES: tuple[parts.Name, ...] = get_args(parts.Name)


class Reader(HTMLParser):
    """Notes what is open at the end, and every attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.depth: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in ("img", "input", "br"):
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.depth.pop() == tag


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader.depth == [], "every tag is closed"
    assert "\n\n" not in html, "an empty line would end the block for Markdown"
    return reader


@pytest.mark.parametrize("code", languages())
def test_no_value_of_a_photo_is_in_the_html(code: str) -> None:
    say = language(code)
    for html in (fragments.photo_found(say, FOUND), proofs.discovered(say, FOUND, "0f")):
        read(html)
        assert "anarie" not in html
        assert "2" in html, "how many there were of a kind is said"
    read(fragments.photo_report(say, FINDINGS))


def test_the_places_for_the_values_are_prepared() -> None:
    attributes = read(proofs.discovered(language("en"), FOUND, "0f")).attributes
    assert [value for name, value in attributes if name == "data-group"] == ["place", "person"]
    assert ("data-found", "0f") in attributes
    assert "data-found" not in dict(read(proofs.discovered(language("en"), (), "0f")).attributes)


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("stands", [True, False])
def test_every_part_of_the_wall_has_words(code: str, stands: bool) -> None:
    say = language(code)
    wall = Wall("kernel" if stands else "none", tuple(Part(name, stands, "unknown reason") for name in NAMES))
    html = proofs.wall_card(say, wall, Evidence())
    read(html)
    assert "unknown reason" not in html
    for name in NAMES:
        assert say(f"{'wall_part' if stands else 'wall_missing'}.{name}").partition(",")[0] in html


def test_a_newer_part_is_said_in_its_own_words() -> None:
    wall = Wall("none", (Part("moat", False, "The moat <is> dry."),))  # type: ignore[arg-type]
    assert "The moat &lt;is&gt; dry." in proofs.wall_card(language("en"), wall, Evidence())


@pytest.mark.parametrize("code", languages())
def test_tries_are_counted_by_kind_and_library(code: str) -> None:
    say = language(code)
    kinds = get_args(witness.Kind)
    evidence = Evidence(wall="kernel", attempts=tuple((kind, "gradio", 2) for kind in kinds))
    html = proofs.wall_card(say, Wall("kernel", ()), evidence)
    read(html)
    assert f'data-tries="{2 * len(kinds)}"' in html
    for kind in kinds:
        assert say(f"try.{kind}") in html


def test_without_a_wall_the_page_says_so_and_what_is_missing() -> None:
    say = language("en")
    banner = fragments.no_wall_banner(say, ("seccomp", "moat"))
    read(banner)
    assert say("wall.banner") in banner
    assert say("wall_missing.seccomp") in banner
    assert 'role="alert"' in banner
    assert "open-lock" in fragments.header(say, walled=False)
    assert "open-lock" not in fragments.header(say)
    assert proofs.heading(say, Wall("none", ())) != proofs.heading(say, Wall("kernel", ()))


@pytest.mark.parametrize("code", languages())
def test_every_piece_is_whole(code: str) -> None:
    say = language(code)
    pieces = (
        fragments.header(say), proofs.heading(say, None), proofs.limits(say), proofs.nothing_discovered(say),
        proofs.wall_card(say, None, Evidence()), proofs.kept_card(say, 1, 0, 0), proofs.wiped(say, "photo"),
        proofs.wiped(say, "result"), *(proofs.clock(say, "0f", 9, words) for words in ("photo", "result", "next")),
        fragments.photo_found(say, ()), souvenirs.headline(say, proofs.clock(say, "0f", 9), among=4),
        souvenirs.files("/shelf/0f", "stylize-doll", souvenirs.PRINT, "told"),
        souvenirs.compare(say, "/a.jpg", "/b.png", "alt", (4, 5)),
        souvenirs.keepsakes(say, "/shelf/0f", "stylize-doll", "facts", proofs.clock(say, "0f", 9), cutout=True),
    )  # fmt: skip
    for html in pieces:
        read(html)
