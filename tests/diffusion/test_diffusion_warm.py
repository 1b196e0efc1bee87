"""Models are loaded beside everything else, once, let go of when nobody wants them, and remember nothing they should not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.engines.diffusion import load as loading
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.errors import DeclarationError
from stylize.geometry import Size
from stylize.idle import Idle
from stylize.models import DenoiseOverride, Request, Subject
from stylize.progress import CancelToken, Progress, nobody
from stylize.settings import Settings, read_settings
from stylize.workshop import Workshop
from tests.diffusion import tiny
from tests.diffusion.painting import paint

REQUEST = Request(
    engine="diffusion",
    seed=5,
    size=Size(width=256, height=256),
    denoise=DenoiseOverride(init_image="subject", num_inference_steps=2, strength=0.5, face_pass=False),
)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that weights are loaded."""
    happened: list[str] = []
    really = loading.load_pipeline

    def load(*things: Any, **more: Any) -> Any:
        happened.append("load")
        return really(*things, **more)

    monkeypatch.setattr(loading, "load_pipeline", load)
    return happened


@pytest.fixture
def shop(tiny_folder: Callable[[str], Path]) -> Iterator[Callable[..., tuple[Workshop, DiffusionEngine]]]:
    """`shop(idle_minutes=…)`: a workshop with the tiny SD 1.5, and its engine."""
    opened: list[Workshop] = []

    def open_one(**more: Any) -> tuple[Workshop, DiffusionEngine]:
        workshop = Workshop(Settings(weights=tiny_folder("sd15"), device="cpu", runner="torch", **more))
        opened.append(workshop)
        engine = workshop._engines["diffusion"]
        assert isinstance(engine, DiffusionEngine)
        return workshop, engine

    yield open_one
    for workshop in opened:
        workshop.close()


def wait_until(true: Callable[[], bool]) -> bool:
    for _ in range(600):
        if true():
            return True
        time.sleep(0.05)
    return False


def test_warmed_up_it_is_not_loaded_again(
    shop: Callable[..., tuple[Workshop, DiffusionEngine]], loads: list[str], portraits: dict[str, bytes]
) -> None:
    workshop, engine = shop()
    workshop.warm().join()
    assert engine._loaded is not None
    workshop.run(portraits["astronaut"], REQUEST)
    assert loads == ["load"]


def test_two_that_want_it_at_once_load_it_once(
    shop: Callable[..., tuple[Workshop, DiffusionEngine]], loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that waits is told how far it is."""
    _, engine = shop()
    heard: list[float] = []
    go_on = threading.Event()
    monkeypatch.setattr("stylize.engines.diffusion.engine.LISTEN_SECONDS", 0.01)

    def slowly(progress: Progress) -> None:
        if progress.fraction >= 0.5:
            go_on.wait(30)

    first = threading.Thread(target=lambda: engine.load(tell=slowly))
    first.start()
    assert wait_until(lambda: engine._load_progress >= 0.5)
    second = threading.Thread(target=lambda: engine.load(tell=lambda progress: heard.append(progress.fraction)))
    second.start()
    assert wait_until(lambda: len(heard) > 3)
    go_on.set()
    first.join()
    second.join()
    assert loads == ["load"]
    assert all(fraction >= 0.5 for fraction in heard)


def test_let_go_of_when_idle_and_loaded_again(
    shop: Callable[..., tuple[Workshop, DiffusionEngine]], loads: list[str], portraits: dict[str, bytes]
) -> None:
    workshop, engine = shop(idle_minutes=0.3 / 60)
    before = workshop.run(portraits["astronaut"], REQUEST).pixels
    assert wait_until(lambda: engine._loaded is None)
    assert np.array_equal(workshop.run(portraits["astronaut"], REQUEST).pixels, before)
    assert loads == ["load", "load"]


def test_not_while_a_picture_is_made(shop: Callable[..., tuple[Workshop, DiffusionEngine]]) -> None:
    workshop, engine = shop(idle_minutes=0)
    engine.load(tell=nobody)
    with workshop._one_at_a_time:
        workshop._rest()
        assert engine._loaded is not None
    workshop._rest()
    assert engine._loaded is None


def test_letting_go_waits_for_the_picture_and_disturbs_it_not(
    tiny_folder: Callable[[str], Path], drawn_subject: Subject
) -> None:
    engine, plan = DiffusionEngine(tiny_folder("sd15"), device="cpu"), tiny.make_plan()
    before = paint(engine, drawn_subject, plan)
    others: list[threading.Thread] = []

    def tell(progress: Progress) -> None:
        if 0 < progress.fraction < 1 and not others:
            others.append(threading.Thread(target=engine.close))
            others[0].start()
            others[0].join(0.3)

    again = engine.generate(drawn_subject, plan, tell=tell, cancel=CancelToken()).pixels
    assert np.array_equal(again, before)
    others[0].join(30)
    assert engine._loaded is None


def test_a_photo_that_is_wiped_is_forgotten_by_the_engine(
    shop: Callable[..., tuple[Workshop, DiffusionEngine]], portraits: dict[str, bytes]
) -> None:
    workshop, engine = shop()
    workshop.run(portraits["astronaut"], REQUEST)
    assert engine._loaded is not None
    recalls = engine._loaded.recalls
    assert (len(recalls.photos), len(recalls.texts)) == (1, 1)
    workshop.forget()
    assert (len(recalls.photos), len(recalls.texts)) == (0, 0)


def test_the_clock_begins_anew_with_every_touch() -> None:
    rested = threading.Event()
    idle = Idle(0.4, rested.set)
    for _ in range(4):
        idle.touch()
        assert not rested.wait(0.1)
    idle.stop()
    assert not rested.wait(0.5)
    idle.touch()
    assert rested.wait(30)
    never = threading.Event()
    Idle(0, never.set).touch()
    assert not never.wait(0.1)


@pytest.mark.parametrize(("said", "minutes"), [("5", 5.0), ("0", 0.0), ("0.5", 0.5)])
def test_minutes_are_a_setting(said: str, minutes: float, tmp_path: Path) -> None:
    assert read_settings(environment={"STYLIZE_IDLE_MINUTES": said, "HOME": str(tmp_path)}).idle_minutes == minutes
    file = tmp_path / "settings.toml"
    file.write_text(f"idle_minutes = {said}\n")
    assert read_settings(file=file, environment={}).idle_minutes == minutes


@pytest.mark.parametrize("said", ["-1", "soon", "nan", "1441", ""])
def test_nonsense_is_refused(said: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'idle_minutes = "{said}"\n')
    with pytest.raises(DeclarationError, match="idle_minutes"):
        read_settings(file=file, environment={})
