"""Toys of the user's own words, from the order to the box. What paints them here is a brush that knows some icons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest

import stylize
from stylize.errors import Cancelled, LetteringMissing, NameTooLong, TooManyAccessories, ToyNeedsDiffusion
from stylize.making import check_order
from stylize.models import BoxOrder, Capabilities, Picture, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, Tell, nobody
from stylize.receipt import to_text
from stylize.toybox.accessories import nearest_accessories, read_icon
from stylize.toybox.order import check_order as check_box
from stylize.toymaking import KEPT, MYSTERY, Rack
from stylize.workshop import Workshop
from tests.painter import painter

SMALL = stylize.Size(width=256, height=320)
WORD = "needleword hedgehog"
REQUEST = stylize.Request(
    engine="figure", seed=5, size=SMALL, box=BoxOrder(name="Ada", accessories=("camera",), toys=(WORD,))
)


class Brush:
    """Denoises nothing: it lays a fox upon the ground that it is shown, or leaves it empty."""

    name = "diffusion"

    def __init__(self, *, empty: bool = False) -> None:
        self.empty = empty
        self.plans: list[Plan] = []

    def capabilities(self) -> Capabilities:
        return painter()

    def load(self, *, tell: Tell = nobody) -> None: ...

    def weights_digest(self, loras: object = (), guides: object = ()) -> str:
        return "b" * 64

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture:
        self.plans.append(plan)
        for step in range(4):
            cancel.check()
            tell(Progress(stage=Stage.GENERATE, fraction=step / 4))
        pixels = subject.pixels.copy()
        if not self.empty:
            icon = cv2.resize(read_icon("fox"), (320, 320), interpolation=cv2.INTER_AREA)
            share = icon[..., 3:].astype(np.float32) / 255
            spot = pixels[96:416, 96:416]
            spot[:] = np.asarray(spot * (1 - share) + icon[..., :3] * share + 0.5, np.uint8)
        return Picture(pixels=pixels, cutout=None, plan_digest=plan.digest(), timings=())

    def close(self) -> None: ...


@pytest.fixture
def brush() -> Brush:
    return Brush()


@pytest.fixture
def workshop(brush: Brush, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop(stylize.Settings(weights=tmp_path_factory.mktemp("none"))) as held:
        held._engines["diffusion"] = brush
        yield held


def test_a_toy_of_any_word_lies_in_its_tray(workshop: Workshop, brush: Brush, portraits: dict[str, bytes]) -> None:
    told: list[Progress] = []
    result = workshop.run(portraits["obama"], REQUEST, tell=told.append)
    (plan,) = brush.plans
    assert plan.denoise is not None
    assert WORD in plan.denoise.prompt
    (icon,) = result.parts.toys
    fox = cv2.resize(read_icon("fox"), (320, 320), interpolation=cv2.INTER_AREA)[..., 3] > 127
    assert (icon[..., 3] > 127).sum() == pytest.approx(fox.sum(), rel=0.03)
    without = replace(REQUEST, box=replace(REQUEST.box, toys=("needleword hedgehog", "x")[1:]))  # type: ignore[type-var]
    assert not np.array_equal(result.pixels, workshop.run(portraits["obama"], without).pixels)
    stages = list(Stage)
    assert [stages.index(p.stage) for p in told] == sorted(stages.index(p.stage) for p in told)
    shares = [p.fraction for p in told if p.stage is Stage.GENERATE]
    assert shares[-1] == 1
    assert len([share for share in shares if 0.5 < share < 1]) >= 3, "its steps are told, after the picture's"
    # What may be told of it: how many, by what, and that a model had a hand in it; never the words.
    receipt = result.receipt
    assert (receipt.painted_toys, receipt.weights_digest, receipt.engine) == (1, "b" * 64, "figure")
    assert result.trained
    assert b"compositeWithTrainedAlgorithmicMedia" in result.export.data
    assert "needle" not in (json.dumps(asdict(receipt)) + repr(result) + to_text(receipt, "de")).lower()
    # Warm, it is not painted again; once forgotten, it is.
    again = workshop.run(portraits["obama"], REQUEST)
    assert np.array_equal(again.pixels, result.pixels)
    count = len(brush.plans)
    workshop.forget()
    assert len(workshop._rack) == 0
    assert np.array_equal(workshop.run(portraits["obama"], REQUEST).pixels, result.pixels)
    assert len(brush.plans) == count + 1


def test_an_engine_in_trouble_does_not_keep_the_toys(
    workshop: Workshop, brush: Brush, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Brush) -> None:
        raise RuntimeError

    icon = np.full((4, 4, 4), 9, np.uint8)
    for way in ("forget", "close"):
        with monkeypatch.context() as patch:
            patch.setattr(Brush, way, fail, raising=False)
            workshop._rack.put("a", icon, age=workshop._rack.age)
            with pytest.raises(RuntimeError):
                getattr(workshop, way)()
        assert len(workshop._rack) == 0


def test_a_word_of_which_nothing_comes_is_a_gift_and_said_so(
    workshop: Workshop, brush: Brush, portraits: dict[str, bytes]
) -> None:
    brush.empty = True
    result = workshop.run(portraits["obama"], REQUEST)
    assert np.array_equal(result.parts.toys[0], read_icon(MYSTERY))
    assert result.notes == ("toy-is-a-gift",)
    assert (result.receipt.painted_toys, result.trained) == (0, False)
    assert len({plan.seed for plan in brush.plans}) == len(brush.plans) == 3


def test_it_stops_within_a_step(workshop: Workshop, brush: Brush, portraits: dict[str, bytes]) -> None:
    cancel = CancelToken()

    def tell(progress: Progress) -> None:
        if brush.plans:
            cancel.cancel()

    with pytest.raises(Cancelled):
        workshop.run(portraits["obama"], REQUEST, tell=tell, cancel=cancel)
    assert len(brush.plans) == 1
    assert len(workshop._rack) == 0


def test_without_diffusion_the_shelf_is_offered(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Workshop(stylize.Settings(weights=tmp_path_factory.mktemp("none"))) as workshop:
        order = BoxOrder(toys=("saxophone-playing hedgehog",))
        request = replace(REQUEST, box=order)
        with pytest.raises(ToyNeedsDiffusion, match="Saxophone") as caught:
            check_order(request, workshop.styles["action-figure"], workshop._bench())
        assert "playing" not in str(caught.value)


def test_limits_are_those_of_names_and_trays() -> None:
    assert check_box(BoxOrder(toys=("  a \n red  kite ", " "))).toys == ("a red kite",)
    with pytest.raises(TooManyAccessories):
        check_box(BoxOrder(accessories=("dog", "camera"), toys=("a", "b", "c")))
    with pytest.raises(NameTooLong):
        check_box(BoxOrder(toys=("x" * 29,)))
    with pytest.raises(LetteringMissing) as caught:
        check_box(BoxOrder(toys=("\N{HEDGEHOG}",)))
    assert "\N{HEDGEHOG}" not in str(caught.value)


def test_something_is_always_near() -> None:
    assert "saxophone" in [toy.slug for toy in nearest_accessories("saxophone-playing hedgehog")]
    assert len(nearest_accessories("qqqq zzzz")) == 3


def test_the_rack_hands_out_copies_and_forgets_what_was_begun_before() -> None:
    rack = Rack()
    icon = np.full((4, 4, 4), 9, np.uint8)
    age = rack.age
    rack.put("a", icon, age=age)
    kept = rack.get("a")
    rack.wipe()
    assert kept is not None
    assert (kept == 9).all()
    rack.put("a", icon, age=age)
    assert rack.get("a") is None
    for key in range(KEPT + 3):
        rack.put(key, icon, age=rack.age)
    assert len(rack) == KEPT
