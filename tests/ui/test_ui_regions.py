"""What is hidden, from the field of the form to the pixels: read strictly, drawn as asked, and nowhere else."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from stylize import photo
from stylize.geometry import Box, Size
from stylize.models import Findings, HideOrder, Photo, Pixels, Region, RegionKind
from stylize.photo.quadrangle import upright
from tests.ui.test_ui_form import EMPTY
from ui import findings as page
from ui import redacted as routes
from ui.form import to_request
from ui.hiding import BOXES, LONGEST, check, fitting, to_hide
from ui.intake import Arrival, Intake, Once
from ui.redacting import framed, shrink, view, whole
from ui.strings import language, languages
from ui.trouble import HideUnreadable

SPOT = Box(left=20, top=30, right=150, bottom=120)
"""Where the planted pattern lies, in the portrait's pixels: nobody's face."""
KEEP = HideOrder(background="keep")


@pytest.fixture(scope="module")
def opened(portraits: dict[str, bytes]) -> tuple[Photo, Findings]:
    """A portrait with a loud pattern on it, which was found to be a paper."""
    read = photo.read(portraits["astronaut"])
    found = photo.inspect(read)
    pixels = read.pixels.copy()
    pixels[30:120, 20:150] = pattern(90, 130)
    paper = Region(kind=RegionKind.PAPER, box=SPOT, corners=upright(SPOT), score=0.9)
    return replace(read, pixels=pixels), replace(found, regions=(*found.regions[:1], paper))


def pattern(height: int, width: int) -> Pixels:
    """A chessboard of two colours that no portrait has, in squares of 15 pixels."""
    y, x = np.mgrid[:height, :width] // 15
    return np.where(((x + y) % 2)[..., None] == 0, (255, 0, 255), (0, 255, 0)).astype(np.uint8)


def contrast(pixels: Pixels, box: Box) -> float:
    """How much neighbouring squares of the pattern differ still: 255 where it is untouched."""
    left, top, right, bottom = box.as_ints()
    part = pixels[top:bottom, left:right].astype(float)
    return float(np.abs(part[..., 0] - part[..., 1]).mean())


def decoded(data: Any) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB"))


@pytest.mark.parametrize(
    ("text", "order"),
    [
        (None, HideOrder()),
        ("", HideOrder()),
        ("style=mosaic", HideOrder(style="mosaic")),
        ("background=keep shown=4,1,4", HideOrder(background="keep", shown=(1, 4))),
        (
            "boxes=1,2,30,40;5,6,7,8 style=solid",
            HideOrder(
                style="solid", boxes=(Box(left=1, top=2, right=30, bottom=40), Box(left=5, top=6, right=7, bottom=8))
            ),
        ),
    ],
)
def test_the_field_is_read(text: str | None, order: HideOrder) -> None:
    assert to_hide(text) == order
    assert to_request({**EMPTY, "hide": text}).hide == order


@pytest.mark.parametrize(
    "text",
    [
        "style=none", "background=", "style", "shown=", "shown=-1", "shown=1,,2", "shown=1.5", "shown=٣", "boxes=1,2,3",
        "boxes=5,5,5,9", "boxes=9,1,2,3", "boxes=1,2,3,4;", "style=blur style=solid", "face=1", "shown=123456",
        "boxes=" + ";".join(["1,1,2,2"] * (BOXES + 1)), "shown=1 " + "x" * LONGEST, "boxes=1e3,2,3,4",
    ],
)  # fmt: skip
def test_whatever_else_is_written_is_refused(text: str) -> None:
    with pytest.raises(HideUnreadable):
        to_request({**EMPTY, "hide": text})


def test_only_what_was_found_can_be_shown(opened: tuple[Photo, Findings]) -> None:
    assert check(HideOrder(shown=(1,)), opened[1]) == HideOrder(shown=(1,))
    with pytest.raises(HideUnreadable):
        check(HideOrder(shown=(2,)), opened[1])


@pytest.mark.parametrize(
    ("left", "there"), [(None, ""), ("style=solid shown=1", "style=solid shown=1"), ("shown=2", ""), ("nonsense", "")]
)
def test_what_was_left_for_another_photo_is_not_taken_up(
    opened: tuple[Photo, Findings], left: str | None, there: str
) -> None:
    assert fitting(left, opened[1]) == there


@pytest.mark.parametrize("code", languages())
def test_a_refusal_is_a_sentence(code: str) -> None:
    assert language(code).error(HideUnreadable()) == language(code).words["error.hide-unreadable"]


@pytest.mark.parametrize("style", ["blur", "mosaic", "solid"])
def test_nothing_of_a_hidden_pattern_is_seen(opened: tuple[Photo, Findings], style: Any) -> None:
    """On the page, in the frame beside a picture, and in the file; and all of it is there again when it is shown."""
    read, found = opened
    order = replace(KEEP, style=style)
    seen = view(read, found)
    assert contrast(read.pixels, SPOT) == 255
    assert contrast(decoded(seen.seen(order).data), SPOT.scale(seen.scale)) < 60
    assert contrast(decoded(whole(read, found, order).data), SPOT) < 60
    assert contrast(decoded(seen.seen(replace(order, shown=(1,))).data), SPOT.scale(seen.scale)) > 200
    assert contrast(decoded(seen.original().data), SPOT.scale(seen.scale)) > 200
    assert contrast(read.pixels, SPOT) == 255, "the photo itself is left alone"
    assert contrast(seen.photo.pixels, SPOT.scale(seen.scale)) > 200, "and so is what the page draws it of"


def test_what_a_picture_is_compared_with_hides_the_same(opened: tuple[Photo, Findings]) -> None:
    read, found = opened
    size = Size(width=512, height=640)

    def loud(order: HideOrder) -> int:
        part = framed(read, found, order, size).astype(int)
        return int((np.abs(part[..., 0] - part[..., 1]) > 200).sum())

    assert loud(replace(KEEP, shown=(1,))) > 1000, "it is in the frame"
    assert loud(KEEP) == 0
    assert loud(HideOrder()) == 0


def test_a_box_of_ones_own_hides_too(opened: tuple[Photo, Findings]) -> None:
    read, found = opened
    none = replace(found, regions=found.regions[:1])
    seen = view(read, none)
    assert contrast(decoded(seen.seen(KEEP).data), SPOT.scale(seen.scale)) > 200
    assert contrast(decoded(seen.seen(replace(KEEP, boxes=(SPOT,))).data), SPOT.scale(seen.scale)) < 60


def test_smaller_means_everything_in_it_is_smaller(opened: tuple[Photo, Findings]) -> None:
    read, found = opened
    assert shrink(read, found, 1.0) == (read, found)
    small, shrunk = shrink(read, found, 0.5)
    assert small.pixels.shape[0] == round(read.pixels.shape[0] / 2)
    assert shrunk.regions[1].box == SPOT.scale(0.5)
    assert np.allclose(shrunk.regions[1].corners, found.regions[1].corners / 2)
    assert np.allclose(shrunk.faces[0].keypoints, found.faces[0].keypoints / 2)


# ---------------------------------------------------------------- the routes


@pytest.fixture
def desk(opened: tuple[Photo, Findings], monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The three routes, with a photo that is theirs alone."""
    darkroom: Any = None
    read, found = opened
    own = replace(read, pixels=read.pixels.copy())
    intake, seen = Intake(darkroom), view(own, found)
    name = intake.arrivals.put(
        Arrival(photo=own, findings=found, refusal=None, preview=seen.seen(HideOrder()), view=seen)
    )

    async def plain(answer: Once, scope: Any, receive: Any, send: Any) -> None:
        """`ui.protocol` is not here to deliver it."""
        await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
        await send({"type": "http.response.body", "body": bytes(answer._secret)})

    monkeypatch.setattr(Once, "__call__", plain)
    client = TestClient(Starlette(routes=[Route("/photo/{id}/{name}", routes.Redacted(intake).answer)]))
    yield SimpleNamespace(get=lambda path: client.get(f"/photo/{name}/{path}"), intake=intake, name=name, seen=seen)
    intake.arrivals.clear()


def test_the_routes_answer_with_pictures(desk: SimpleNamespace) -> None:
    small = SPOT.scale(desk.seen.scale)
    assert contrast(decoded(desk.get("seen.jpg?face=0&hide=background%3Dkeep").content), small) < 60
    assert contrast(decoded(desk.get("seen.jpg?hide=background%3Dkeep%20shown%3D1").content), small) > 200
    assert contrast(decoded(desk.get("original.jpg").content), small) > 200
    saved = desk.get("redacted.jpg?save&hide=background%3Dkeep")
    assert saved.headers["content-disposition"] == 'attachment; filename="photo-redacted.jpg"'
    assert contrast(decoded(saved.content), SPOT) < 60
    assert b"DigitalSourceType" not in saved.content, "a photo is no picture of ours"
    assert b"Exif" not in saved.content[:4000]


@pytest.mark.parametrize("asked", ["face=7", "face=-1", "face=x", "face=%D9%A3", "hide=style%3Dnone", "hide=shown%3D9"])
def test_a_bad_question_has_no_answer(desk: SimpleNamespace, asked: str) -> None:
    for name in ("seen.jpg", "redacted.jpg"):
        assert desk.get(f"{name}?{asked}").status_code == 400


def test_what_was_wiped_is_gone_from_the_routes(desk: SimpleNamespace) -> None:
    desk.intake.arrivals.drop(desk.name)
    assert not desk.seen.photo.pixels.any()
    for name in ("seen.jpg", "original.jpg", "redacted.jpg"):
        assert desk.get(name).status_code == 404


# ---------------------------------------------------------------- what the page is told


@pytest.mark.parametrize("code", languages())
def test_the_page_is_told_places_and_nothing_else(opened: tuple[Photo, Findings], code: str) -> None:
    read, found = opened
    seen = view(read, found)
    arrival = Arrival(photo=read, findings=found, refusal=None, preview=seen.seen(HideOrder()), view=seen)
    piece = page.regions(language(code), "abc", arrival, 0, 'style=solid" onload="x')
    assert "\n\n" not in piece, "Markdown would end it there"
    facts = json.loads(html.unescape(piece.split('data-regions="', 1)[1].split('"', 1)[0]))
    assert facts["order"] == 'style=solid" onload="x', "and it is escaped"
    assert [set(region) for region in facts["regions"]] == [{"kind", "face", "corners"}] * 2
    assert facts["regions"][1] == {"kind": "paper", "face": None, "corners": [20, 30, 150, 30, 150, 120, 20, 120]}
    for kind in RegionKind:
        assert {f"kind.{kind}", f"count.{kind}_one", f"count.{kind}_many"} <= facts["words"].keys()
