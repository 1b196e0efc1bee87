"""The warp from photo to print, and the warp that bends the head."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stylize import landmarks as mesh
from stylize.engines.figure.face_layout import SPAN, lay_out, to_front, to_print
from stylize.engines.figure.face_warp import unwrap
from stylize.engines.figure.pack import load_face_shape, load_figure
from stylize.engines.figure.settings import FigureSettings
from stylize.engines.figure.shape import bend_map, face_plane, warp_passes
from stylize.geometry import Size
from stylize.models import Hair, Outfit, Subject

SIZE = 384


def _turn(points: np.ndarray, axis: int, degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    i, j = (k for k in range(3) if k != axis)
    turned = points.copy()
    turned[:, i] = np.cos(angle) * points[:, i] - np.sin(angle) * points[:, j]
    turned[:, j] = np.sin(angle) * points[:, i] + np.cos(angle) * points[:, j]
    return turned


@given(some.floats(-35, 35), some.floats(-20, 20), some.floats(-30, 30), some.floats(20, 2000), some.floats(-500, 500))
@settings(max_examples=60, deadline=None)
def test_turning_moving_and_growing_a_face_changes_nothing(
    yaw: float, pitch: float, roll: float, scale: float, shift: float
) -> None:
    face = load_face_shape().average.astype(np.float64) * [1, -1, 1]
    straight = to_front(face.astype(np.float32))
    moved = _turn(_turn(_turn(face, 1, yaw), 0, pitch), 2, roll) * scale + shift
    np.testing.assert_allclose(to_front(moved.astype(np.float32)), straight, atol=2e-3)


def test_the_average_face_lands_on_the_toys_features(subject_of: Callable[[str], Subject]) -> None:
    face = load_face_shape()
    person = dataclasses.replace(
        subject_of("obama").person, landmarks=face.average * np.float32([300, -300, 300]), yaw=0.0, eyes_open=0.05
    )
    layout = lay_out(person, FigureSettings(), SIZE)
    np.testing.assert_allclose(layout.spots, to_print(face.toy[:, :2], SIZE), atol=1.0)


def test_every_landmark_of_the_photo_is_printed_on_its_spot(subject_of: Callable[[str], Subject]) -> None:
    """A photo of which every landmark is a white dot: the print must be white on every spot."""
    subject = subject_of("obama")
    height, width = subject.pixels.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    layout = lay_out(dataclasses.replace(subject.person, yaw=0.0), FigureSettings(), SIZE)
    scale = np.ptp(subject.person.landmarks[:, 0]) / 300
    for landmark in (33, 133, 362, 263, 61, 291, 1, 152, 10, 105, 334):
        x, y = subject.person.landmarks[landmark, :2]
        dot = (np.hypot(columns - x, rows - y) < 5 * scale).astype(np.uint8) * 255
        dotted = dataclasses.replace(subject, pixels=np.repeat(dot[..., None], 3, axis=2))
        printed = unwrap(dotted, layout).photo[..., 0]
        spot = layout.spots[landmark]
        found = np.array([(printed * axis).sum() for axis in np.mgrid[0:SIZE, 0:SIZE][::-1]]) / printed.sum()
        assert np.linalg.norm(found - spot) < 4, landmark


@pytest.mark.parametrize("yaw", [-25.0, 25.0])
def test_the_hidden_half_is_the_seen_half_mirrored(subject_of: Callable[[str], Subject], yaw: float) -> None:
    subject = subject_of("obama")
    turned = dataclasses.replace(subject, person=dataclasses.replace(subject.person, yaw=yaw))
    layout = lay_out(turned.person, FigureSettings(), SIZE)
    seen = unwrap(turned, layout).photo
    face = seen[SIZE // 3 : 2 * SIZE // 3, SIZE // 4 : -SIZE // 4]
    assert layout.away == np.sign(yaw)
    assert np.abs(face - face[:, ::-1]).mean() < 0.03
    straight = unwrap(subject, lay_out(subject.person, FigureSettings(), SIZE)).photo
    straight = straight[SIZE // 3 : 2 * SIZE // 3, SIZE // 4 : -SIZE // 4]
    assert np.abs(straight - straight[:, ::-1]).mean() > 0.03


@pytest.fixture(scope="module")
def passes():
    return load_figure(Outfit.SUIT, Hair.THIN, size=Size(width=256, height=320))


def test_the_face_plane_is_upright_and_in_face_widths(passes) -> None:
    plane = face_plane(passes)
    assert plane is not None
    rows, columns = np.nonzero(passes.face_mask > 0.95)
    spots = np.stack([columns, rows], 1) @ plane[:, :2].T + plane[:, 2]
    uv = passes.face_uv[rows, columns]
    middle = (np.abs(uv - 0.5) < 0.25).all(1)
    wanted = np.stack([(uv[:, 0] - 0.5) * SPAN, (0.5 - uv[:, 1]) * SPAN], 1)
    assert np.abs(spots - wanted)[middle].mean() < 0.03


def test_nothing_bends_without_a_reason(passes) -> None:
    assert bend_map(passes, None, FigureSettings(), Hair.THIN, 1) is None


def test_no_bones_no_move(passes) -> None:
    oval = load_face_shape().toy[list(mesh.FACE_OVAL), :2]
    still = mesh.ThinPlate(oval, np.zeros_like(oval))
    back = bend_map(passes, still, FigureSettings(), Hair.THIN, 1)
    assert back is not None
    rows, columns = np.mgrid[0:320, 0:256]
    np.testing.assert_allclose(back[..., 0], columns, atol=0.05)
    np.testing.assert_allclose(back[..., 1], rows, atol=0.05)


def test_a_bigger_head_grows_upwards_and_leaves_the_feet(passes) -> None:
    back = bend_map(passes, None, FigureSettings(head_scale=1.3), Hair.THIN, 1)
    assert back is not None
    grown = warp_passes(passes, back)
    assert grown.face_mask.sum() > 1.4 * passes.face_mask.sum()
    feet = int(passes.box.bottom - 0.3 * passes.box.height)
    np.testing.assert_allclose(grown.alpha[feet:], passes.alpha[feet:], atol=0.02)


def test_the_warp_never_folds(passes) -> None:
    """Going down a picture one also goes down in what it was made from."""
    shape = load_face_shape()
    oval = shape.toy[list(mesh.FACE_OVAL), :2]
    for lengthen in (0.2, -0.2):
        moves = oval * [0.3, lengthen]
        bones = mesh.ThinPlate(oval, moves.astype(np.float32), smoothing=0.02)
        for scale in (0.8, 1.0, 1.4):
            back = bend_map(passes, bones, FigureSettings(head_scale=scale), Hair.LONG, 1)
            assert back is not None
            assert np.diff(back[..., 1], axis=0).min() > -0.05
            assert np.diff(back[..., 0], axis=1).min() > -0.05
