"""Writing, papers, screens and plates: found where they are, and nowhere on portraits without them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.inspection_text import mask
from benchmarks.text_scenes import develop, ground, lay
from benchmarks.things import THINGS, Pixels
from stylize import photo
from stylize.models import Face, Region, RegionKind
from stylize.photo.blocks import block, blocks
from stylize.photo.documents import find_documents
from stylize.photo.quadrangle import around, clockwise, grown
from stylize.photo.surfaces import find_surfaces
from stylize.photo.text import Line, core, cores, unclip
from tests.photo.people import as_photo


def line(x: float, y: float, wide: float, tall: float, score: float = 0.9) -> Line:
    corners = np.array([(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)], np.float32)
    return Line(corners=corners, score=score)


def laid(name: str, x_height: float, where: str, at: tuple[float, float]) -> tuple[Pixels, npt.NDArray[np.float32]]:
    """A 12 MP photo with one thing in it, and the thing's corners."""
    rng = np.random.default_rng(3)
    pixels = ground(where).copy()
    corners = lay(pixels, THINGS[name][0](rng, 2 * x_height, "latin"), at, 6.0, (0.1, -0.15), 0.95)
    return develop(pixels, rng), corners


def covered(regions: tuple[Region, ...], corners: npt.NDArray[np.float32], shape: tuple[int, ...]) -> float:
    there = mask(corners, shape)
    every = np.any([mask(region.corners, shape) for region in regions], axis=0) if regions else np.zeros_like(there)
    return float((every & there).sum() / there.sum())


@pytest.mark.parametrize(
    ("name", "x_height", "at", "kind"),
    [
        ("letter", 12, (2300, 1700), RegionKind.PAPER),
        ("passport", 12, (2300, 1700), RegionKind.PAPER),
        ("plate", 40, (2600, 2300), RegionKind.PLATE),
        ("sign", 22, (1200, 2500), None),
        ("shirt", 40, (1600, 2500), RegionKind.TEXT),
        ("screen", 11, (2000, 1700), None),
        ("blank screen", 14, (2000, 1700), RegionKind.SCREEN),
        ("blank paper", 11, (2000, 1700), RegionKind.PAPER),
    ],
)
def test_things_on_a_table_are_covered(
    name: str, x_height: float, at: tuple[float, float], kind: RegionKind | None
) -> None:
    pixels, corners = laid(name, x_height, "coffee", at)
    regions = find_documents(pixels, ())
    assert covered(regions, corners, pixels.shape) > (0.5 if name == "shirt" else 0.8)
    if kind is not None:
        assert kind in {region.kind for region in regions}
    assert sum(region.box.area for region in regions) < 4 * around(corners).area


def test_a_card_on_the_chest_is_a_badge() -> None:
    pixels, corners = laid("badge", 24, "biden", (1250, 3100))
    face = Face(
        box=around(np.array([(1150, 250), (1900, 250), (1900, 1250), (1150, 1250)], np.float32)),
        score=1.0,
        keypoints=np.zeros((6, 2), np.float32),
    )
    regions = find_documents(pixels, (face,))
    assert covered(regions, corners, pixels.shape) > 0.8
    assert RegionKind.BADGE in {region.kind for region in regions}


@pytest.mark.parametrize("name", ["astronaut", "biden", "obama2", "obama3"])
def test_nothing_on_a_portrait_without_words(portraits: dict[str, bytes], name: str) -> None:
    assert find_documents(photo.read(portraits[name]).pixels, ()) == ()


def test_nothing_in_plain_or_noisy_pictures() -> None:
    rng = np.random.default_rng(1)
    assert find_documents(np.full((300, 400, 3), 128, np.uint8), ()) == ()
    assert find_documents(rng.integers(0, 256, (64, 31, 3)).astype(np.uint8), ()) == ()


def test_findings_list_faces_first_then_what_is_written(portraits: dict[str, bytes]) -> None:
    pixels = photo.read(portraits["obama2"]).pixels.copy()
    height, width = pixels.shape[:2]
    pixels[int(height * 0.8) : int(height * 0.95), int(width * 0.15) : int(width * 0.85)] = (245, 244, 240)
    for row in range(3):
        at = (int(width * 0.18), int(height * (0.84 + 0.04 * row)))
        cv2.putText(
            pixels, "Dear Mrs Hartmann, thank you", at, cv2.FONT_HERSHEY_SIMPLEX, 0.75, (30, 30, 40), 2, cv2.LINE_AA
        )
    findings = photo.inspect(as_photo(pixels))
    kinds = [region.kind for region in findings.regions]
    assert kinds[0] is RegionKind.FACE
    assert findings.regions[0].face == 0
    written = [region for region in findings.regions if region.kind not in {RegionKind.FACE, RegionKind.NUDITY}]
    assert any(region.box.top < height * 0.86 and region.box.bottom > height * 0.91 for region in written)
    for region in written:
        assert region.face is None
        assert 0 <= region.score <= 1
        assert 0 <= region.box.left < region.box.right <= width
        assert 0 <= region.box.top < region.box.bottom <= height
    assert [r.box for r in photo.inspect(as_photo(pixels)).regions] == [r.box for r in findings.regions]


def test_the_net_marks_lines_and_only_lines() -> None:
    page = np.full((320, 640, 3), 240, np.uint8)
    for row in range(4):
        cv2.putText(
            page, "The quick brown fox jumps", (40, 60 + 70 * row), cv2.FONT_HERSHEY_SIMPLEX, 1, (20, 20, 20), 2
        )
    found = [unclip(one) for one in cores(core(page), (1, 1))]
    assert len(found) == 4
    for one, row in zip(sorted(found, key=lambda one: float(one.middle[1])), range(4), strict=True):
        assert abs(float(one.middle[1]) - (50 + 70 * row)) < 8
        assert one.length > 5 * one.height
    assert not cores(core(np.full((64, 96, 3), 90, np.uint8)), (1, 1))


def test_unclip_moves_the_sides_by_area_over_perimeter() -> None:
    whole = unclip(line(100, 100, 200, 10))
    by = 200 * 10 * 1.6 / (2 * 210)
    assert whole.height == pytest.approx(10 + 2 * by, rel=1e-3)
    assert whole.length == pytest.approx(200 + 2 * by, rel=1e-3)
    assert unclip(line(0, 0, 100, 80), 0.1).height == pytest.approx(80 * 1.2, rel=1e-3)


def test_lines_of_a_paragraph_are_one_block_and_others_are_not() -> None:
    paragraph = tuple(line(100, 100 + 30 * row, 300 - 40 * row, 16) for row in range(4))
    beside = line(390, 130, 60, 15)
    far, huge = line(100, 600, 300, 16), line(100, 230, 300, 90)
    found = blocks((*paragraph, far, beside, huge))
    assert [len(one.lines) for one in found] == [5, 1, 1]
    assert blocks(()) == ()
    held = around(block(paragraph).corners)
    assert (held.left, held.top) == pytest.approx((100, 100), abs=1)
    assert (held.right, held.bottom) == pytest.approx((400, 206), abs=1)


@pytest.mark.parametrize("light", [1.0, 0.6])
def test_a_sheet_seen_from_aside_is_a_surface(light: float) -> None:
    table = np.full((600, 900, 3), (70, 60, 50), np.uint8)
    sheet = np.array([(250, 120), (610, 160), (580, 470), (220, 400)], np.float32)
    cv2.fillConvexPoly(table, sheet.astype(np.int32), (235, 233, 228), cv2.LINE_AA)
    found = find_surfaces((table * light).astype(np.uint8))
    assert len(found) == 1
    assert np.abs(found[0].corners - sheet).max() < 6
    assert found[0].edged > 0.95
    assert found[0].brighter > 20
    assert found[0].rimmed == 0


def test_corners_in_order_and_grown() -> None:
    square = np.array([(0, 0), (10, 0), (10, 10), (0, 10)], np.float32)
    for turn in range(4):
        assert np.array_equal(clockwise(np.roll(square, turn, axis=0)), square)
        assert np.array_equal(clockwise(np.roll(square[::-1], turn, axis=0)), square)
    assert np.allclose(grown(square, 2), [(-2, -2), (12, -2), (12, 12), (-2, 12)])
