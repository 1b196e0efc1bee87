"""Every engine keeps the contract of `stylize.engines.base`. A new engine is one entry in `CASES`."""

from __future__ import annotations

import dataclasses
import gc
import socket
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stylize
from stylize.engines import registry
from stylize.engines.base import Engine
from stylize.errors import Cancelled, DeclarationError, OutOfRange, StylizeError, UnknownChoice
from stylize.geometry import Size
from stylize.models import Picture, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, nobody
from stylize.settings import Settings

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Case:
    """How an engine is made for these tests, and a plan for it. `sizes`: what it is asked for; the first is cheap."""

    make: Callable[[Path], Engine]
    plan: Callable[[Subject, int, Size], Plan]
    sizes: tuple[Size, ...]
    reads_settings: bool = True


def _plain_plan(engine: str) -> Callable[[Subject, int, Size], Plan]:
    def plan(subject: Subject, seed: int, size: Size) -> Plan:
        return Plan(
            engine=engine,
            style="action-figure",
            seed=seed,
            size=size,
            look=subject.person.look,
            settings=(),
            denoise=None,
            weights_digest="",
        )

    return plan


def _tiny_diffusion(folder: Path) -> Engine:
    from stylize.engines.diffusion.engine import DiffusionEngine
    from tests.diffusion import tiny

    if not (folder / "model").exists():
        tiny.write_folder(folder / "model", "sd15")
    return DiffusionEngine(folder / "model", device="cpu")


def _diffusion_plan(subject: Subject, seed: int, size: Size) -> Plan:
    from tests.diffusion import tiny

    plan = tiny.make_plan(seed=seed, size=size)
    return dataclasses.replace(plan, look=subject.person.look)


_SIZES = tuple(Size(width=w, height=h) for w, h in ((512, 640), (512, 1024), (1024, 512), (515, 701)))
_SMALL = tuple(Size(width=w, height=h) for w, h in ((64, 80), (128, 64), (75, 107)))
CASES: dict[str, Case] = {
    "figure": Case(lambda _: registry.create("figure", Settings()), _plain_plan("figure"), _SIZES),
    "painting": Case(lambda _: registry.create("painting", Settings()), _plain_plan("painting"), _SIZES),
    "diffusion": Case(_tiny_diffusion, _diffusion_plan, _SMALL, reads_settings=False),
}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine-weights")


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def engine(case: Case, weights: Path) -> Iterator[Engine]:
    made = case.make(weights)
    yield made
    made.close()


@pytest.fixture
def subject(subject_of: Callable[[str], Subject]) -> Subject:
    """A real person, in arrays that refuse to be written into."""
    found = subject_of("astronaut")
    for carrier in (found, found.person):
        for field in dataclasses.fields(carrier):
            value = getattr(carrier, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
    return found


def _generate(engine: Engine, subject: Subject, plan: Plan, **more: Any) -> Picture:
    return engine.generate(subject, plan, **{"tell": nobody, "cancel": CancelToken()} | more)


def test_every_built_in_engine_is_held_to_the_contract() -> None:
    assert set(CASES) == set(registry.BUILT_IN)


def test_says_what_it_can_do_before_it_is_loaded(engine: Engine, case: Case) -> None:
    can = engine.capabilities()
    assert can.name == engine.name
    assert can.ready, can.why
    assert can.min_size.width <= 512 <= can.max_size.width
    assert can.min_size.height <= 512 <= can.max_size.height
    assert can.size_multiple >= 1


def test_the_picture_has_the_size_of_the_plan(engine: Engine, case: Case, subject: Subject) -> None:
    for size in case.sizes:
        plan = case.plan(subject, 1, size)
        picture = _generate(engine, subject, plan)
        assert picture.pixels.shape == (size.height, size.width, 3)
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.std() > 3, "an empty picture"
        assert picture.plan_digest == plan.digest()
        assert all(seconds >= 0 for _, seconds in picture.timings)


def test_the_cutout_fits_the_picture(engine: Engine, case: Case, subject: Subject) -> None:
    picture = _generate(engine, subject, case.plan(subject, 1, case.sizes[0]))
    if picture.cutout is None:
        pytest.skip("this engine does not know its figure's outline")
    cutout, shape = picture.cutout, picture.pixels.shape
    assert cutout.light.shape == shape
    assert cutout.alpha.shape == cutout.shadow.shape == shape[:2]
    for layer in (cutout.light, cutout.alpha, cutout.shadow):
        assert layer.dtype == np.float32
        assert np.isfinite(layer).all()
        assert layer.min() >= 0
    assert cutout.alpha.max() <= 1
    assert 0.02 < cutout.alpha.mean() < 0.98
    assert cutout.light[cutout.alpha == 0].max(initial=0) < 0.02, "light where there is no figure"


def test_equal_plans_give_equal_pixels(case: Case, weights: Path, subject: Subject) -> None:
    plan = case.plan(subject, 7, case.sizes[0])
    first, second = case.make(weights), case.make(weights)
    one = _generate(first, subject, plan).pixels
    np.testing.assert_array_equal(one, _generate(first, subject, plan).pixels, "the same engine again")
    np.testing.assert_array_equal(one, _generate(second, subject, plan).pixels, "another engine")
    other = _generate(first, subject, case.plan(subject, 8, case.sizes[0])).pixels
    assert (one != other).any(), "the seed does nothing"
    first.close()
    second.close()


def test_progress_runs_from_nought_to_one(engine: Engine, case: Case, subject: Subject) -> None:
    heard: list[Progress] = []
    _generate(engine, subject, case.plan(subject, 1, case.sizes[0]), tell=heard.append)
    fractions = [progress.fraction for progress in heard if progress.stage is Stage.GENERATE]
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert fractions == sorted(fractions)
    assert len(fractions) >= 4
    for progress in heard:
        if progress.preview is not None:
            assert progress.preview.dtype == np.uint8
            assert progress.preview.ndim == 3


def test_stops_within_one_step(engine: Engine, case: Case, subject: Subject) -> None:
    plan = case.plan(subject, 1, case.sizes[0])
    heard: list[Progress] = []
    _generate(engine, subject, plan, tell=heard.append)
    for stop_at in range(len(heard) - 1):
        cancel, reports = CancelToken(), 0

        def tell(progress: Progress, cancel: CancelToken = cancel, stop_at: int = stop_at) -> None:
            nonlocal reports
            reports += 1
            if reports == stop_at + 1:
                cancel.cancel()

        with pytest.raises(Cancelled):
            _generate(engine, subject, plan, tell=tell, cancel=cancel)
        assert reports <= stop_at + 2, "went on for more than a step"


def test_does_not_begin_what_is_already_cancelled(engine: Engine, case: Case, subject: Subject) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        _generate(engine, subject, case.plan(subject, 1, case.sizes[0]), cancel=cancel)


def test_a_listener_may_stop_the_work(engine: Engine, case: Case, subject: Subject) -> None:
    def refuse(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        _generate(engine, subject, case.plan(subject, 1, case.sizes[0]), tell=refuse)


def test_goes_on_after_a_stop_and_after_closing(engine: Engine, case: Case, subject: Subject) -> None:
    plan = case.plan(subject, 3, case.sizes[0])
    before = _generate(engine, subject, plan).pixels
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        _generate(engine, subject, plan, tell=lambda _: cancel.cancel(), cancel=cancel)
    np.testing.assert_array_equal(before, _generate(engine, subject, plan).pixels)
    engine.close()
    engine.close()
    engine.load()
    np.testing.assert_array_equal(before, _generate(engine, subject, plan).pixels)


def test_unknown_settings_are_refused(engine: Engine, case: Case, subject: Subject) -> None:
    if not case.reads_settings:
        pytest.skip("its settings are decided in the plan")
    plan = case.plan(subject, 1, case.sizes[0])
    with pytest.raises(DeclarationError):
        _generate(engine, subject, dataclasses.replace(plan, settings=(("no-such-setting", 1.0),)))


def test_failures_are_typed(engine: Engine, case: Case, subject: Subject) -> None:
    """A person whose landmarks are nonsense: any answer but a picture or a StylizeError is wrong."""
    nonsense = np.full((468, 3), np.nan, np.float32)
    broken = dataclasses.replace(subject, person=dataclasses.replace(subject.person, landmarks=nonsense))
    try:
        picture = _generate(engine, broken, case.plan(subject, 1, case.sizes[0]))
    except StylizeError:
        return
    assert picture.pixels.std() > 3


def test_sizes_it_cannot_do_are_refused(engine: Engine, case: Case, subject: Subject) -> None:
    if not case.reads_settings:
        pytest.skip("holds no bounds of its own")
    largest = engine.capabilities().max_size
    with pytest.raises(OutOfRange):
        _generate(engine, subject, case.plan(subject, 1, Size(width=largest.width + 1, height=largest.height)))


def test_keeps_nothing_of_the_person(case: Case, weights: Path, subject: Subject) -> None:
    engine = case.make(weights)
    _generate(engine, subject, case.plan(subject, 1, case.sizes[0]))
    engine.close()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    own = dataclasses.replace(subject, pixels=subject.pixels.copy())
    gone = weakref.ref(own.pixels)
    picture = _generate(engine, own, case.plan(subject, 1, case.sizes[0]))
    made = weakref.ref(picture.pixels)
    engine.close()
    del own, picture
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert gone() is None, "the subject is still held"
    assert made() is None, "the picture is still held"
    assert after - before < 2 * MEBIBYTE


class _Witness:
    """Hears what Python audits while it listens. Hooks cannot be taken away again, so there is one for all."""

    def __init__(self) -> None:
        self.listening = False
        self.sockets: list[str] = []
        self.files: list[tuple[str, str]] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.listening:
            return
        if event.startswith("socket."):
            self.sockets.append(event)
        elif event == "open" and isinstance(arguments[0], str):
            self.files.append((arguments[0], str(arguments[1] or "r")))


@cache
def _witness() -> _Witness:
    return _Witness()


def test_the_witness_hears() -> None:
    witness = _witness()
    witness.sockets.clear()
    witness.listening = True
    socket.socket().close()
    witness.listening = False
    assert witness.sockets


def test_opens_no_connection_and_no_foreign_file(engine: Engine, case: Case, subject: Subject, weights: Path) -> None:
    witness = _witness()
    witness.sockets.clear()
    witness.files.clear()
    witness.listening = True
    try:
        engine.load()
        _generate(engine, subject, case.plan(subject, 1, case.sizes[0]))
    finally:
        witness.listening = False
    assert not witness.sockets
    home = Path(stylize.__file__).parent
    allowed = (home, weights, Path(sys.prefix), Path(sys.base_prefix), Path("/proc"), Path("/sys"))
    strange = [name for name, _ in witness.files if not any(Path(name).is_relative_to(root) for root in allowed)]
    assert not strange
    assert not [name for name, mode in witness.files if any(letter in mode for letter in "wax+") and ".pyc" not in name]


def test_unknown_engines_are_named_as_such() -> None:
    with pytest.raises(UnknownChoice, match="figure"):
        registry.create("no-such-engine", Settings())
