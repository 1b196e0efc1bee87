"""Sheets to print: sizes in millimetres, outlines that can be cut, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylize import styles
from stylize.engines.figure.engine import FigureEngine
from stylize.errors import DeclarationError, NameTooLong, OutOfRange, UnknownChoice, UnknownPalette
from stylize.models import BoxOrder, Request, Subject
from stylize.paper import Page, to_mm, to_px
from stylize.progress import CancelToken, nobody
from stylize.toybox.lettering import PLAIN, letters
from stylize.toybox.order import NAME_LIMIT
from stylize.toybox.print import words as print_words_room
from stylize.toybox.print.blister import BLEED_MM, CARD_MM, FLAP_MM
from stylize.toybox.print.draft import MARGIN_MM
from stylize.toybox.print.figure import Piece, enlarge, foot_of, piece_of
from stylize.toybox.print.front import draw_front
from stylize.toybox.print.net import Edge
from stylize.toybox.print.parts import PrintParts, art_of
from stylize.toybox.print.sheets import SHEETS, draw_sheets
from stylize.toybox.print.stickers import place
from stylize.toybox.print.words import print_languages, print_words

ORDER = BoxOrder(name="Ada", tagline="First of them all", accessories=("camera", "dog"))
PEOPLE = ("astronaut", "biden", "obama")


@pytest.fixture(scope="module")
def parts_of(subject_of: Callable[[str], Subject]) -> Callable[[str], PrintParts]:
    """The figure engine's toy of a portrait, boxed as ORDER says."""
    engine = FigureEngine()
    engine.load()
    known: dict[str, PrintParts] = {}

    def make(name: str) -> PrintParts:
        if name not in known:
            subject = subject_of(name)
            style = styles.load_styles(None)["action-figure"]
            plan = styles.plan(
                Request(seed=3), style, (engine.capabilities(),), subject.person.look, 3, weights_digest=""
            )
            made = engine.generate(subject, plan, tell=nobody, cancel=CancelToken())
            known[name] = PrintParts(
                picture=made.pixels, figure=made.alone, toy=True, order=ORDER, palette="lagoon", title="Action figure"
            )
        return known[name]

    return make


def painted() -> PrintParts:
    """A picture that is no toy."""
    rows = np.linspace(0, 255, 480, dtype=np.uint8)[:, None, None]
    picture = np.broadcast_to(rows, (480, 384, 3)).copy()
    return PrintParts(picture=picture, figure=None, toy=False, order=ORDER, palette="lagoon", title="Painting")


def pages(parts: PrintParts, paper: str, language: str = "en") -> list[Page]:
    return list(chain.from_iterable(draw_sheets(parts, paper=paper, language=language).values()))


def length(edge: Edge) -> float:
    (x0, y0), (x1, y1) = edge
    return float(np.hypot(x1 - x0, y1 - y0))


@pytest.mark.parametrize(("who", "paper"), list(zip(PEOPLE, ("letter", "a4", "letter"), strict=True)))
def test_everything_is_on_the_paper_with_a_rule_of_50_millimetres(
    who: str, paper: str, parts_of: Callable[[str], PrintParts]
) -> None:
    drawn = pages(parts_of(who), paper, "de")
    assert len(drawn) == 4
    rim = round(to_px(MARGIN_MM - 2.5))
    for page in drawn:
        sheet = page.paper
        assert page.pixels.shape == (round(to_px(sheet.height_mm)), round(to_px(sheet.width_mm)), 3)
        inside = page.pixels[rim:-rim, rim:-rim]
        assert int((page.pixels < 250).sum()) == int((inside < 250).sum())
        assert (inside < 128).any()
        for x, y in chain.from_iterable(line.points for line in page.lines):
            assert 5 <= x <= sheet.width_mm - 5
            assert 5 <= y <= sheet.height_mm - 5
        low = sheet.height_mm - MARGIN_MM - 1
        rules = [line.points for line in page.lines if len(line.points) == 2 and all(y == low for _, y in line.points)]
        assert [length((one, other)) for one, other in rules] == [50.0]


def test_the_card_is_printed_in_true_size_and_over_its_edge(parts_of: Callable[[str], PrintParts]) -> None:
    card = draw_sheets(parts_of("obama"), paper="a4", language="en", sheets=("card",))["card"][0]
    marks = [line.points for line in card.lines if len(line.points) == 2 and line.grey == 0.0]
    upright = sorted({x for (x, y), (x1, _) in marks if x == x1 and y < 270})
    level = sorted({y for (_, y), (_, y1) in marks if y == y1 and y < 270})
    assert (upright[-1] - upright[0], level[-1] - level[0]) == pytest.approx(CARD_MM)
    assert pytest.approx((129.0, 186.0)) == CARD_MM
    inked = np.nonzero((card.pixels < 240).any(-1)[:, card.pixels.shape[1] // 2])[0]
    inked = inked[(inked > to_px(level[0] - 4)) & (inked < to_px(level[-1] + 4))]
    assert to_mm(inked[0]) == pytest.approx(level[0] - BLEED_MM, abs=0.2)
    assert to_mm(inked[-1]) == pytest.approx(level[-1] + BLEED_MM, abs=0.2)


def test_lettering_is_drawn_for_the_size_and_not_enlarged() -> None:
    large = draw_front(painted(), 1524)
    enlarged = cv2.resize(draw_front(painted(), 762), large.shape[1::-1], interpolation=cv2.INTER_LANCZOS4)
    header = np.s_[: large.shape[0] // 4]

    def crispness(card: np.ndarray) -> float:
        return float(np.abs(cv2.Laplacian(card[header].astype(np.float32).mean(-1), cv2.CV_32F)).mean())

    assert crispness(large) > 1.3 * crispness(enlarged)


def test_equal_orders_give_equal_pages(parts_of: Callable[[str], PrintParts]) -> None:
    sheets = ("card", "stickers")
    drawn = [draw_sheets(parts_of("biden"), paper="a4", language="en", sheets=sheets) for _ in range(2)]
    one, other = ([*each["card"], *each["stickers"]] for each in drawn)
    assert all(np.array_equal(a.pixels, b.pixels) and a.lines == b.lines for a, b in zip(one, other, strict=True))


def test_a_painting_hangs_on_the_card_and_is_not_cut_out() -> None:
    sheets = draw_sheets(painted(), paper="a4", language="en")
    assert [len(sheets[name]) for name in SHEETS] == [1, 1, 1]
    assert not any(line.dashed for line in sheets["card"][0].lines)
    assert not art_of(painted()).stands


def test_a_toy_of_unknown_outline_is_cut_from_a_plain_ground_only(parts_of: Callable[[str], PrintParts]) -> None:
    toy = replace(parts_of("obama"), figure=None)
    assert art_of(toy).stands
    assert not art_of(replace(painted(), toy=True, picture=np.random.default_rng(1).integers(
        0, 255, (400, 320, 3), np.uint8))).stands  # fmt: skip


# ---------------------------------------------------------------- the figure


@pytest.mark.parametrize("who", PEOPLE)
def test_the_cut_runs_around_the_figure_with_room_and_a_foot(who: str, parts_of: Callable[[str], PrintParts]) -> None:
    art = art_of(parts_of(who)).pixels
    large = enlarge(art, width=round(to_px(45)), height=round(to_px(45) * art.shape[0] / art.shape[1]))
    piece = piece_of(large, rim_mm=2.0, foot_mm=FLAP_MM)
    inside = _inside(piece)
    reach = piece.pixels.shape[0] - large.shape[0] - round(to_px(FLAP_MM))
    top = left = reach // 2
    solid = np.zeros_like(inside)
    solid[top : top + large.shape[0], left : left + large.shape[1]] = large[..., 3] > 200
    above = np.arange(len(solid))[:, None] < to_px(piece.foot_mm - 4)
    rim = cv2.dilate((solid * above).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (35, 35))) > 0
    assert not (rim & above & ~inside).any()
    (x0, y0), (x1, y1) = foot_of(piece, FLAP_MM)
    assert y0 == y1 == piece.foot_mm
    assert max(y for _, y in piece.outline) - y0 == pytest.approx(FLAP_MM, abs=0.3)
    assert 10 < x1 - x0 <= piece.width_mm


def _inside(piece: Piece) -> np.ndarray:
    page = np.zeros(piece.pixels.shape[:2], np.uint8)
    cv2.fillPoly(page, [np.round([[to_px(x), to_px(y)] for x, y in piece.outline]).astype(np.int32)], 1)
    return page > 0


@settings(max_examples=25, deadline=None)
@given(st.integers(40, 300), st.integers(40, 300), st.sampled_from([1.2, 2.0]))
def test_a_rectangle_gets_a_rim_of_the_width_that_was_asked_for(wide: int, tall: int, rim: float) -> None:
    piece = piece_of(np.full((tall, wide, 4), 255, np.uint8), rim_mm=rim)
    across, down = zip(*piece.outline, strict=True)
    assert max(across) - min(across) == pytest.approx(to_mm(wide) + 2 * rim, abs=0.3)
    assert max(down) - min(down) == pytest.approx(to_mm(tall) + 2 * rim, abs=0.3)


# ---------------------------------------------------------------- stickers


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.floats(12, 60), st.floats(12, 80)), min_size=1, max_size=4), min_size=1, max_size=5),
    st.sampled_from([(194.0, 250.0), (199.9, 230.0)]),
)
def test_stickers_lie_beside_each_other(sizes: list[list[tuple[float, float]]], room: tuple[float, float]) -> None:
    rounds = [[_blank(wide, tall) for wide, tall in row] for row in sizes]
    placed = list(place(rounds, *room))
    boxes = [(x, y, x + piece.width_mm, y + piece.height_mm) for piece, x, y in placed]
    assert len(boxes) >= 2
    for left, top, right, bottom in boxes:
        assert left >= -1e-6
        assert right <= room[0] + 1e-6
        assert top >= -1e-6
        assert bottom <= room[1] + 1e-6
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] + 1e-6 or other[2] <= one[0] + 1e-6
        assert apart or one[3] <= other[1] + 1e-6 or other[3] <= one[1] + 1e-6


def _blank(wide: float, tall: float) -> Piece:
    return Piece(pixels=np.zeros((round(to_px(tall)), round(to_px(wide)), 4), np.uint8), outline=(), foot_mm=0.0)


# ---------------------------------------------------------------- words and refusals


@pytest.mark.parametrize("language", print_languages())
def test_the_font_has_every_letter_of_the_instructions(language: str) -> None:
    words = print_words(language)
    texts = [getattr(words, name) for name in words.__dataclass_fields__]
    said = "".join("".join(text) if isinstance(text, tuple) else text for text in texts)
    assert {ord(c) for c in said if c != " "} <= letters(PLAIN[0])
    assert "50 mm" in words.rule


def test_sheets_speak_the_languages_of_the_card_and_odd_tables_are_refused() -> None:
    assert set(print_languages()) == {"en", "de"}
    table = {"card": "x"}
    with pytest.raises(DeclarationError):
        print_words_room._declare("xx", table)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"paper": "a3"}, UnknownChoice),
        ({"language": "fr"}, UnknownChoice),
        ({"sheets": ("card", "poster")}, UnknownChoice),
    ],
)
def test_unknown_wishes_are_refused(wrong: dict[str, object], error: type[Exception]) -> None:
    wish: dict[str, object] = {"paper": "a4", "language": "en"} | wrong
    with pytest.raises(error):
        draw_sheets(painted(), **wish)  # type: ignore[arg-type]


def test_orders_that_cannot_be_printed_are_refused() -> None:
    long = replace(ORDER, name="x" * (NAME_LIMIT + 1))
    for parts, error in (
        (replace(painted(), order=long), NameTooLong),
        (replace(painted(), palette="none-such"), UnknownPalette),
        (replace(painted(), picture=np.zeros((20, 20, 3), np.uint8)), OutOfRange),
    ):
        with pytest.raises(error):
            draw_sheets(parts, paper="a4", language="en")
