"""Jobs: one picture at a time, stopped when told."""

from __future__ import annotations

import time

import numpy as np

from stylize.errors import Cancelled, NoFace
from stylize.progress import CancelToken, Progress, Stage, Tell
from ui.job import Job
from ui.trouble import Unexpected


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
