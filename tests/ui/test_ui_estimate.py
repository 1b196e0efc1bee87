"""The estimate: exact for what is known, never below nothing, sensible for what is not."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylize.progress import Progress, Stage
from ui.estimate import END, GENERATE, REMEMBERED, Course, Lap, Mark, Times, at, first_lap, left, place, share

seconds = st.floats(0, 1000, allow_nan=False)


@st.composite
def laps(draw: st.DrawFn) -> Lap:
    """Some run: places that rise, seconds that never fall, and something after the last mark."""
    places = sorted(draw(st.sets(st.integers(0, 800), min_size=1, max_size=12)))
    steps = draw(st.lists(st.floats(0.001, 60), min_size=len(places), max_size=len(places)))
    marks = tuple((where / 800 * END, sum(steps[: number + 1])) for number, where in enumerate(places))
    return Lap(marks=marks, seconds=marks[-1][1] + draw(st.floats(0.001, 30)))


def until(lap: Lap, now: float) -> list[Mark]:
    return [mark for mark in lap.marks if mark[1] <= now]


@given(laps(), st.floats(0, 1))
def test_the_same_lap_again_is_foretold_to_the_second(lap: Lap, part: float) -> None:
    now = part * lap.seconds
    assert left(lap, until(lap, now), now) == pytest.approx(lap.seconds - now, abs=1e-6 * lap.seconds)


@given(laps(), laps(), seconds, st.booleans())
def test_what_is_left_is_never_less_than_nothing(lap: Lap, run: Lap, now: float, even: bool) -> None:
    rest = left(lap, until(run, now), now, even=even)
    assert 0 <= rest < float("inf")
    assert 0 <= share(lap, until(run, now), now) <= 1


@given(laps(), laps(), st.lists(st.floats(0, 100), min_size=2, max_size=6))
def test_the_bar_does_not_fall_and_is_not_full_before_the_end(lap: Lap, run: Lap, moments: list[float]) -> None:
    """Whatever the reports are, between two of them it only rises, and never passes the lap's next mark."""
    marks = until(run, run.seconds / 2)
    came = marks[-1][1] if marks else 0.0
    shown = [share(lap, marks, came + moment) for moment in sorted(moments)]
    assert shown == sorted(shown)
    here = marks[-1][0] if marks else -1.0
    ahead = [when for where, when in lap.marks if where > here and when > (at(lap, here) if marks else 0)]
    assert shown[-1] <= min([*ahead, lap.seconds]) / lap.seconds + 1e-9


@given(laps(), st.data())
def test_the_bar_of_the_same_lap_again_keeps_step_with_the_clock(lap: Lap, data: st.DataObject) -> None:
    _, now = data.draw(st.sampled_from(lap.marks))
    assert share(lap, until(lap, now), now) == pytest.approx(now / lap.seconds)


@given(laps(), st.floats(0.2, 5), st.floats(0.3, 1))
def test_a_change_of_pace_is_believed_bit_by_bit(lap: Lap, pace: float, part: float) -> None:
    """Never further off than somebody who does not look at the clock at all."""
    slow = Lap(marks=tuple((where, pace * when) for where, when in lap.marks), seconds=pace * lap.seconds)
    where, now = slow.marks[int(part * (len(slow.marks) - 1))]
    rest = left(lap, until(slow, now), now)
    stubborn = lap.seconds - at(lap, where)
    assert abs(rest - (slow.seconds - now)) <= abs(stubborn - (slow.seconds - now)) + 1e-6 * slow.seconds


@given(laps(), st.floats(0, 100), st.floats(0, 100))
def test_a_mark_that_does_not_come_makes_it_doubtful(lap: Lap, one: float, other: float) -> None:
    """Nothing is told: what is left falls at first, and grows for ever after; it never stays at a moment before the end."""
    long = 2 * lap.seconds + 1
    early, late = sorted((long + one, long + other))
    assert left(lap, [], early) <= left(lap, [], late) + 1e-9
    assert left(lap, [], long) > 0


@given(st.integers(2, 60), st.floats(0.1, 20), st.floats(0, 30))
def test_even_steps_need_no_lap_before(steps: int, each: float, before: float) -> None:
    """Stable Diffusion on an unknown machine, half way: every step takes as long as the last."""
    lap = first_lap(Course(engine="diffusion", denoises=True))
    done = (steps + 1) // 2
    marks = [(0.0, 0.0), (GENERATE, before)]
    marks += [(GENERATE + n / steps, before + n * each) for n in range(1, done + 1)]
    now = marks[-1][1]
    after = lap.seconds - at(lap, GENERATE + 1)
    assert left(lap, marks, now, even=True) == pytest.approx((steps - done) * each + after)


def test_places_are_in_the_order_of_the_stages() -> None:
    reports = [Progress(stage=stage, fraction=part) for stage in Stage for part in (0.0, 0.5)]
    places = [place(report) for report in reports]
    assert places == sorted(places)
    assert place(Progress(stage=Stage.EXPORT, fraction=1)) == END


def test_a_larger_picture_and_a_box_take_longer() -> None:
    for engine in ("figure", "painting", "somebody-elses"):
        small, large = Course(engine=engine, width=512, height=640), Course(engine=engine, width=1024, height=1280)
        boxed = Course(engine=engine, width=512, height=640, boxed=True)
        assert 0 < first_lap(small).seconds < first_lap(boxed).seconds < first_lap(large).seconds
        assert first_lap(small).marks[-1] == (END, first_lap(small).seconds)


def test_another_size_goes_at_this_machines_pace() -> None:
    times, small, large = Times(), Course(engine="figure", width=512, height=640), Course(engine="figure")
    slow = first_lap(small)
    times.note(small, [(where, 3 * when) for where, when in slow.marks], 3 * slow.seconds)
    assert times.knows(small)
    assert not times.knows(large)
    assert times.expect(small).seconds == pytest.approx(3 * slow.seconds)
    for unknown in (large, Course(engine="painting")):
        assert times.expect(unknown).seconds == pytest.approx(3 * first_lap(unknown).seconds)
    diffusion = Course(engine="diffusion", denoises=True)
    assert times.expect(diffusion) == first_lap(diffusion), "another kind of work altogether"


def test_not_everything_is_remembered() -> None:
    times = Times()
    courses = [Course(width=width) for width in range(256, 256 + 2 * REMEMBERED)]
    for course in courses:
        times.note(course, [], 1.0)
    assert sum(times.knows(course) for course in courses) == REMEMBERED
    assert times.knows(courses[-1])


def test_half_way_through_a_loaded_machine() -> None:
    """The pace of every stage sways by a factor of two: half way the middle estimate is off by less than a quarter."""
    import random

    dice = random.Random(4)
    lap = first_lap(Course(engine="painting"))
    off = []
    for _ in range(200):
        marks, now, before = [], 0.0, 0.0
        for where, when in lap.marks:
            now += (when - before) * dice.uniform(0.7, 1.4)
            before = when
            marks.append((where, now))
        half = now / 2
        rest = left(lap, [mark for mark in marks if mark[1] <= half], half)
        off.append(abs(rest - half) / now)
    assert statistics.median(off) < 0.25


def test_toys_of_ones_own_words_take_their_time_and_say_nothing_of_others() -> None:
    plain, two = Course(engine="figure", boxed=True), Course(engine="figure", boxed=True, toys=2)
    assert first_lap(two).seconds > first_lap(plain).seconds + 20
    times = Times()
    times.note(two, [(END, 400.0)], 400.0)
    assert times.expect(plain).seconds == first_lap(plain).seconds
