"""Toys of the user's own words: painted one after the other by the engine that denoises, cut out, and kept while it is
warm.

The engine is asked for an ordinary picture. What it is shown instead of a person is an empty, softly lit ground, so that
all it can do (few steps, memory, cancelling, previews) holds for toys as well, with the model that is loaded already.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from stylize.colour import from_hex, to_linear, to_srgb
from stylize.engines.base import Engine
from stylize.errors import PictureWithheld, ToyNeedsDiffusion
from stylize.models import BoxOrder, Capabilities, DenoiseOverride, Look, Person, Pixels, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, Tell
from stylize.screening import screened, screening
from stylize.styles.toys import toy_plan, toy_seed, toy_tables
from stylize.toybox.accessories import nearest_accessories, read_icon
from stylize.toybox.matting import cut_toy

TRIES = 3
"""Seeds that a word is given when nothing comes of it that could be cut out."""

MYSTERY = "gift"
"""The accessory that lies in the tray of a word of which nothing came."""

KEPT = 24

LANDMARKS = 468


@dataclass(frozen=True, kw_only=True, slots=True)
class Toys:
    """`icons`: (h, w, 4) uint8 sRGB with straight alpha, one for each word of the order. `painted`: how many are what was
    asked for; the others are wrapped gifts. `weights_digest`: of what painted them, "" for none.
    """

    icons: tuple[Pixels, ...] = field(default=(), repr=False)
    painted: int = 0
    weights_digest: str = ""

    @property
    def told(self) -> tuple[int, str]:
        """What the receipt may tell: how many, by which weights. No words."""
        return self.painted, self.weights_digest


NO_TOYS = Toys()


class Rack:
    """The toys that were painted last, so that none is painted twice. Words and pictures are personal: in memory alone,
    overwritten when they go. From any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Pixels] = OrderedDict()
        self._age = 0

    @property
    def age(self) -> int:
        """Counts the wipings: what was begun at another age is not taken in any more."""
        return self._age

    def get(self, key: Hashable) -> Pixels | None:
        """A copy of the toy kept under `key`."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key].copy()

    def put(self, key: Hashable, icon: Pixels, *, age: int) -> None:
        """Keep a copy, unless everything was to be forgotten since `age`; what was used longest ago goes."""
        with self._lock:
            if age != self._age:
                return
            self._kept[key] = icon.copy()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)[1].fill(0)

    def wipe(self) -> None:
        """Overwrite and forget them all."""
        with self._lock:
            self._age += 1
            for icon in self._kept.values():
                icon.fill(0)
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


def painter_of(able: Sequence[Capabilities]) -> Capabilities | None:
    """The engine that paints toys: the first one that denoises and is ready."""
    return next((c for c in able if c.denoises and c.ready), None)


def check_toys(order: BoxOrder, able: Sequence[Capabilities]) -> None:
    """Raises ToyNeedsDiffusion, with what lies on the shelf instead, where nothing can paint the toys of `order`."""
    if not order.toys or painter_of(able):
        return
    why = next((c.why for c in able if c.denoises), "")
    near = dict.fromkeys(
        t.name(order.language) for word in order.toys for t in nearest_accessories(word, order.language)
    )
    raise ToyNeedsDiffusion(why=why, choices=", ".join(list(near)[:4]))


def paint_toys(
    order: BoxOrder,
    look: Look,
    style: str,
    seed: int,
    engine: Engine,
    able: Capabilities,
    rack: Rack,
    *,
    asked: DenoiseOverride,
    weights_digest: str,
    tell: Tell,
    cancel: CancelToken,
) -> Toys:
    """A toy for each of `order.toys`, by a loaded `engine` whose capabilities are `able`. Told as Stage.GENERATE from 0 to
    1, each toy an equal part. A word of which nothing can be cut out in `TRIES` becomes a wrapped gift.

    Raises Cancelled within a step, PictureWithheld where a word gave nothing that may be shown, what the engine raises.
    """
    icons, painted, count = [], 0, len(order.toys)
    for number, word in enumerate(order.toys):
        cancel.check()
        heard = _part(tell, number / count, (number + 1) / count)
        plans = (toy_plan(word, toy_seed(seed, word, n), look, style, able, asked) for n in range(TRIES))
        made: Pixels | None = None
        withheld: PictureWithheld | None = None
        for plan in plans:
            plan = replace(plan, weights_digest=weights_digest)
            try:
                made = _paint(plan, engine, rack, heard, cancel)
            except PictureWithheld as problem:
                withheld = problem
            if made is not None:
                break
        if made is None and withheld is not None:
            raise withheld
        painted += made is not None
        icons.append(read_icon(MYSTERY) if made is None else made)
        heard(Progress(stage=Stage.GENERATE, fraction=1.0))
    return Toys(icons=tuple(icons), painted=painted, weights_digest=weights_digest)


def _paint(plan: Plan, engine: Engine, rack: Rack, tell: Tell, cancel: CancelToken) -> Pixels | None:
    key = (plan.engine, plan.weights_digest, plan.denoise, plan.size, plan.seed)
    known, age = rack.get(key), rack.age
    if known is None:
        ground = empty_ground(plan.size.height, plan.look)
        with screening(tell, plan) as heard:
            painted = engine.generate(ground, plan, tell=heard, cancel=cancel)
        known = cut_toy(screened(painted, plan).pixels)
        if known is not None:
            rack.put(key, known, age=age)
    return known


def empty_ground(side: int, look: Look) -> Subject:
    """(side, side, 3): the ground of toys.toml, lit softly from the upper left, and nobody on it."""
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j].astype(np.float32)
    light = 1.06 - 0.10 * y - 0.04 * x - 0.12 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    colour = to_linear(from_hex(toy_tables().ground))
    pixels = np.asarray(to_srgb(np.clip(colour * light[..., None], 0, 1)) * 255 + 0.5, np.uint8)
    nothing = np.zeros((side, side), np.float32)
    nobody = Person(
        landmarks=np.full((LANDMARKS, 3), np.nan, np.float32),
        yaw=0.0,
        pitch=0.0,
        roll=0.0,
        confidence=0.0,
        eyes_open=0.0,
        mouth_open=0.0,
        person_mask=nothing,
        hair_mask=nothing,
        skin_mask=nothing,
        clothes_mask=nothing,
        skin_lab=(0.0, 0.0, 0.0),
        look=look,
    )
    return Subject(pixels=pixels, person=nobody)


def _part(tell: Tell, low: float, high: float) -> Tell:
    """A listener that hears 0 to 1 as `low` to `high`, and never backwards when a word is tried again."""
    reached = low

    def told(progress: Progress) -> None:
        nonlocal reached
        reached = max(reached, low + (high - low) * progress.fraction)
        tell(replace(progress, fraction=min(1.0, reached)))

    return told
