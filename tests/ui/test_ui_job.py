"""Jobs: one picture at a time, in the order of arrival, stopped when told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from stylize import Workshop, photo
from stylize.errors import Cancelled, NoFace, PictureWithheld
from stylize.geometry import Size
from stylize.models import BoxOrder, Photo, Request
from stylize.progress import CancelToken, Progress, Stage, Tell
from stylize.together import order_of
from ui.estimate import Course, Times
from ui.job import Job
from ui.line import Line
from ui.shop import ending
from ui.trouble import LineFull, Unexpected


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as workshop:
        yield workshop


@pytest.fixture(scope="module")
def astronaut(portraits: dict[str, bytes]) -> Photo:
    return photo.read(portraits["astronaut"])


def finish(job: Job[str], seconds: float = 10) -> Job[str]:
    until = time.monotonic() + seconds
    while not job.done and time.monotonic() < until:
        job.wait(0.1)
    assert job.done
    return job


def endless(number: int, tell: Tell, cancel: CancelToken) -> str:
    while True:
        cancel.check()
        tell(Progress(stage=Stage.GENERATE, fraction=0.5, preview=np.zeros((4, 4, 3), np.uint8)))
        time.sleep(0.01)


def test_a_job_hands_over_what_it_made() -> None:
    job = finish(Job(lambda number, tell, cancel: "toy"))
    assert (job.outcomes, job.error) == (("toy",), None)


def test_one_that_may_not_be_shown_does_not_take_the_others_along() -> None:
    def work(number: int, tell: Tell, cancel: CancelToken) -> str:
        if number == 1:
            raise PictureWithheld
        return f"toy {number}"

    job = finish(Job(work, rounds=4, spared=(PictureWithheld,)))
    assert job.outcomes == ("toy 0", "toy 2", "toy 3")
    assert isinstance(job.error, PictureWithheld)
    ended = finish(Job(work, rounds=4))
    assert (ended.outcomes, type(ended.error)) == (("toy 0",), PictureWithheld)


def test_what_was_measured_serves_the_rest_after_one_that_may_not_be_shown(astronaut: Photo) -> None:
    sittings, together = [photo.Sitting(astronaut)], order_of([Request(seed=1), Request(seed=2)])
    with pytest.raises(PictureWithheld), ending(sittings, together, last=False):
        raise PictureWithheld
    assert len(sittings) == 1
    with pytest.raises(NoFace), ending(sittings, together, last=False):
        raise NoFace
    assert sittings == []


def test_a_job_tells_how_far_it_is_and_stops_when_told() -> None:
    job = Job(endless)
    while job.frame is None:
        job.wait(0.1)
    assert job.latest is not None
    assert job.latest.stage is Stage.GENERATE
    assert 0 < job.fraction < 1
    job.cancel()
    assert isinstance(finish(job).error, Cancelled)


def test_jobs_wait_for_each_other_and_may_be_stopped_waiting() -> None:
    first = Job(endless)
    while first.latest is None:
        first.wait(0.1)
    second = Job(endless)
    second.wait(0.2)
    assert second.latest is None
    second.cancel()
    assert isinstance(finish(second).error, Cancelled)
    assert not first.done
    first.cancel()
    finish(first)
    assert finish(Job(lambda number, tell, cancel: "next")).outcomes == ("next",)


def test_errors_of_the_library_arrive_as_they_are() -> None:
    def work(number: int, tell: Tell, cancel: CancelToken) -> str:
        raise NoFace

    assert isinstance(finish(Job(work)).error, NoFace)


def test_what_nobody_expected_is_said_without_its_details(capfd: object) -> None:
    def work(number: int, tell: Tell, cancel: CancelToken) -> str:
        raise ValueError("the user's secret")

    job = finish(Job(work))
    assert isinstance(job.error, Unexpected)
    said = capfd.readouterr().err  # type: ignore[attr-defined]
    assert "ValueError at test_ui_job.py" in said
    assert "secret" not in said


def nothing_to_do(number: int, tell: Tell, cancel: CancelToken) -> str:
    return "toy"


def test_whoever_came_first_is_first_and_who_leaves_lets_the_others_move_up() -> None:
    line: Line[Any] = Line()
    order: list[int] = []

    def note(name: int) -> Job[Any]:
        return Job(lambda number, tell, cancel: order.append(name), line=line)

    first = Job(endless, line=line)
    others = [note(number) for number in range(5)]
    assert [len(job.before) for job in (first, *others)] == [0, 1, 2, 3, 4, 5]
    assert others[2].before == (first, others[0], others[1])
    others[1].cancel()
    assert isinstance(finish(others[1], 1).error, Cancelled), "at once, though the first one is still at work"
    assert not first.done
    assert [len(job.before) for job in others] == [1, 0, 2, 3, 4]
    first.cancel()
    for job in (first, *others):
        finish(job)
    assert order == [0, 2, 3, 4]


def test_a_line_that_is_too_long_is_said_at_once() -> None:
    line: Line[Any] = Line(most=2)
    jobs = [Job(endless, line=line) for _ in range(3)]
    with pytest.raises(LineFull):
        Job(endless, line=line)
    for job in reversed(jobs):
        job.cancel()
        finish(job)
    assert finish(Job(nothing_to_do, line=line)).outcomes == ("toy",)


def test_a_job_that_breaks_does_not_stop_the_line() -> None:
    def breaks(number: int, tell: Tell, cancel: CancelToken) -> str:
        raise RuntimeError

    line: Line[Any] = Line()
    jobs = [Job(breaks, line=line), Job(nothing_to_do, line=line)]
    assert finish(jobs[1]).outcomes == ("toy",)
    assert isinstance(finish(jobs[0]).error, Unexpected)


def test_the_bar_never_falls_and_the_second_time_is_foretold() -> None:
    def work(number: int, tell: Tell, cancel: CancelToken) -> str:
        for stage in (Stage.READ, Stage.ISOLATE, Stage.GENERATE, Stage.EXPORT):
            for part in range(5):
                tell(Progress(stage=stage, fraction=part / 4))
                time.sleep(0.02)
        return "toy"

    times, course = Times(), Course(engine="figure")
    finish(Job(work, rounds=2, course=course, times=times))
    assert times.knows(course)
    job = Job(work, rounds=2, course=course, times=times)
    seen = []
    while not job.done:
        job.wait(0.01)
        seen.append(job.fraction)
    assert seen == sorted(seen)
    assert 0 < seen[len(seen) // 2] < 1
    assert job.fraction == 1


def test_nobody_can_foretell_the_first_picture_of_a_net_before_its_first_step() -> None:
    go = threading.Event()

    def work(number: int, tell: Tell, cancel: CancelToken) -> str:
        tell(Progress(stage=Stage.GENERATE, fraction=0))
        go.wait(10)
        time.sleep(0.02)
        tell(Progress(stage=Stage.GENERATE, fraction=0.25))
        while True:
            cancel.check()
            time.sleep(0.01)

    job = Job(work, course=Course(engine="diffusion", denoises=True), times=Times())
    while job.latest is None:
        job.wait(0.1)
    assert job.left() is None
    go.set()
    while job.left() is None:
        job.wait(0.1)
    assert (job.left() or 0) > 0
    job.cancel()
    finish(job)


@pytest.mark.parametrize("stage", [Stage.INSPECT, Stage.ISOLATE, Stage.GENERATE, Stage.COMPOSE, Stage.EXPORT])
def test_a_real_picture_stops_within_the_stage_it_is_at(stage: Stage, workshop: Workshop, astronaut: Photo) -> None:
    """No stage after the one in which it was stopped is ever begun, and nothing is handed over."""
    told: list[Stage] = []
    box = BoxOrder(name="Ada", accessories=("rocket",))
    request = Request(style="action-figure", size=Size(width=512, height=640), box=box, seed=1)

    def work(number: int, tell: Tell, cancel: CancelToken) -> object:
        def hear(progress: Progress) -> None:
            told.append(progress.stage)
            if progress.stage is stage:
                job.cancel()
            tell(progress)

        return workshop.run(astronaut, request, tell=hear, cancel=cancel)

    ready = threading.Event()
    job: Job[object] = Job(lambda *args: ready.wait(10) and work(*args))
    ready.set()
    assert isinstance(finish(job, 60).error, Cancelled)
    assert told[-1] is stage
    assert job.outcomes == ()


def test_several_painted_at_once_fill_the_bar_once() -> None:
    """The first round works for all, the others only finish theirs: the bar goes on, never back, and not too early."""
    shown: list[tuple[int, int, float]] = []
    job: Job[int]

    def work(number: int, tell: Tell, cancel: CancelToken) -> int:
        told = 4 if number == 0 else 1
        for step in range(5):
            tell(Progress(stage=Stage.GENERATE, fraction=step / 4, pictures=told))
            shown.append((job.round, job.beside, job.fraction))
            assert job.left() is None or job.left() >= 0  # type: ignore[operator]
        tell(Progress(stage=Stage.EXPORT, fraction=1.0))
        shown.append((job.round, job.beside, job.fraction))
        return number

    course = Course(engine="diffusion", denoises=True)
    ready = threading.Event()
    job = Job(lambda *things: ready.wait(10) and work(*things), rounds=4, course=course, line=Line(), times=Times())  # type: ignore[func-returns-value]
    ready.set()
    finish(job)
    assert (job.outcomes, job.error) == ((0, 1, 2, 3), None)
    assert [beside for number, beside, _ in shown if number == 0][-1] == 4
    assert {beside for number, beside, _ in shown if number > 0} == {0}
    fractions = [fraction for _, _, fraction in shown]
    assert fractions == sorted(fractions)
    end_of_first = max(fraction for number, _, fraction in shown if number == 0)
    assert 0.85 < end_of_first < 0.95
    assert fractions[-1] < 1.0
    again = Job(lambda *things: 0, rounds=4, course=course, line=Line(), times=job._times)
    assert finish(again).outcomes == (0, 0, 0, 0)
