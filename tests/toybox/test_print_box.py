"""The net of the tuck box: panels that meet, an outline that closes, and room for it on the paper."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylize.paper import PAPERS, Spot
from stylize.toybox.print.box import BOX_MM, box_net
from stylize.toybox.print.draft import MARGIN_MM
from stylize.toybox.print.net import Edge, Net, tuck_box

SIZES = st.tuples(st.floats(30, 90), st.floats(30, 120), st.floats(12, 40))


@settings(max_examples=60, deadline=None)
@given(SIZES)
def test_the_net_folds_to_a_box(size: tuple[float, float, float]) -> None:
    net = tuck_box(*size)
    width, height, depth = size
    walls = [net.panel(name).box for name in ("back", "left", "front", "right")]
    assert [wall[2] for wall in walls] == pytest.approx([width, depth, width, depth])
    assert all(wall[3] == pytest.approx(height) for wall in walls)
    # A net of n panels without a ring has n - 1 folds, and hangs together by them.
    assert len(net.folds) == len(net.panels) - 1
    assert _hangs_together(net)
    glued, seam = _at(net, "glue", net.panel("back").box[0]), _at(net, "right", net.size[0])
    assert length(glued) == pytest.approx(length(seam))
    for end in ("lid", "bottom"):
        assert net.panel(end).box[2:] == pytest.approx((width, depth))
        for side in ("left", "right"):
            _, _, wide, reach = net.panel(f"{end} dust {side}").box
            assert wide == pytest.approx(depth)
            assert 2 * reach < width
        assert net.panel(f"{end} tuck").box[2] == pytest.approx(width)


@settings(max_examples=40, deadline=None)
@given(SIZES)
def test_the_outline_is_closed_and_no_panel_lies_on_another(size: tuple[float, float, float]) -> None:
    net = tuck_box(*size)
    ends = Counter(chain.from_iterable(net.cuts))
    assert set(ends.values()) <= {2, 4}
    wide, tall = net.size
    scale = 4
    count = np.zeros((int(tall * scale) + 2, int(wide * scale) + 2), np.int32)
    for panel in net.panels:
        layer = np.zeros(count.shape, np.uint8)
        cv2.fillPoly(layer, [np.round(np.array(panel.corners) * scale).astype(np.int32)], 1)
        count += cv2.erode(layer, np.ones((3, 3), np.uint8))
    assert count.max() == 1
    assert min(chain.from_iterable(chain.from_iterable(panel.corners for panel in net.panels))) >= 0


@pytest.mark.parametrize("paper", PAPERS)
def test_the_printed_box_fits(paper: str) -> None:
    sheet = PAPERS[paper]
    wide, tall = box_net().size
    assert wide + 2 * MARGIN_MM <= sheet.width_mm
    assert tall + 2 * MARGIN_MM + 30 <= sheet.height_mm
    assert BOX_MM[1] / BOX_MM[0] == pytest.approx(12.4 / 8.6)


def _at(net: Net, name: str, x: float) -> Edge:
    return next(edge for edge in net.panel(name).edges if edge[0][0] == edge[1][0] == pytest.approx(x))


def _hangs_together(net: Net) -> bool:
    reached, waiting = set(), [net.panels[0]]
    while waiting:
        panel = waiting.pop()
        reached.add(panel.name)
        unseen = (other for other in net.panels if other.name not in reached)
        waiting += [other for other in unseen if _common(panel.corners, other.corners) == 2]
    return len(reached) == len(net.panels)


def _common(one: tuple[Spot, ...], other: tuple[Spot, ...]) -> int:
    rounded = [{(round(x, 3), round(y, 3)) for x, y in corners} for corners in (one, other)]
    return len(rounded[0] & rounded[1])


def length(edge: Edge) -> float:
    (x0, y0), (x1, y1) = edge
    return float(np.hypot(x1 - x0, y1 - y0))
