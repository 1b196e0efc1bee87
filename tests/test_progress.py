"""Progress is told forwards, and work can be stopped."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylize.errors import Cancelled, OutOfRange
from stylize.progress import CancelToken, Progress, Stage, StageWatch, nobody, overall_fraction


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_fraction_outside_is_refused(fraction: float) -> None:
    with pytest.raises(OutOfRange):
        Progress(stage=Stage.READ, fraction=fraction)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_overall_fraction_rises_through_all_stages_to_one(steps: list[float]) -> None:
    heard = [overall_fraction(Progress(stage=stage, fraction=f)) for stage in Stage for f in (0.0, *sorted(steps), 1.0)]
    assert heard == sorted(heard)
    assert heard[0] == 0
    assert heard[-1] == pytest.approx(1)


def test_a_token_is_seen_by_another_thread() -> None:
    token, seen = CancelToken(), threading.Event()

    def work() -> None:
        while True:
            try:
                token.check()
            except Cancelled:
                seen.set()
                return

    thread = threading.Thread(target=work)
    thread.start()
    token.cancel()
    thread.join(5)
    assert seen.is_set()
    assert token.cancelled


def test_a_stage_is_told_timed_and_added_up() -> None:
    heard: list[Progress] = []
    watch = StageWatch(heard.append, CancelToken())
    with watch.stage(Stage.LOAD):
        pass
    first = watch.durations[Stage.LOAD]
    with watch.stage(Stage.LOAD):
        pass
    assert [(p.stage, p.fraction) for p in heard] == [(Stage.LOAD, 0.0), (Stage.LOAD, 1.0)] * 2
    assert watch.durations[Stage.LOAD] > first >= 0


def test_a_cancelled_watch_begins_no_stage_and_ends_none_well() -> None:
    token = CancelToken()
    watch = StageWatch(nobody, token)
    with pytest.raises(Cancelled), watch.stage(Stage.READ):
        token.cancel()
    with pytest.raises(Cancelled), watch.stage(Stage.INSPECT):
        pytest.fail("it began")
    assert Stage.INSPECT not in watch.durations
