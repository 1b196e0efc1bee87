"""Visits: who is here, who may come back, and who is over."""

from __future__ import annotations

import re

from ui.visits import GRACE_SECONDS, Visits


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_page_that_comes_back_in_time_has_its_visit_again() -> None:
    clock = Clock()
    visits = Visits(clock)
    visits.come("old")
    visit = visits.of("old")
    visit.photo = "photo"
    visits.go("old")
    clock.now += GRACE_SECONDS - 1
    assert visits.over() == []
    visits.come("new")
    assert visits.claim("new", visit.id) is visit
    assert visits.of("new") is visit
    assert visits.is_at("new", visit)
    assert not visits.is_at("old", visit)
    clock.now += 10 * GRACE_SECONDS
    assert visits.over() == []


def test_a_page_that_does_not_come_back_is_over_once() -> None:
    clock = Clock()
    visits = Visits(clock)
    visits.come("one")
    visit = visits.of("one")
    visits.go("one")
    clock.now += GRACE_SECONDS
    assert visits.over() == [visit]
    assert visits.over() == []
    assert visits.find(visit.id) is None
    visits.come("two")
    assert visits.claim("two", visit.id) is None


def test_with_one_of_two_lines_the_page_is_still_there() -> None:
    clock = Clock()
    visits = Visits(clock)
    visits.come("page")
    visits.come("page")
    visit = visits.of("page")
    visits.go("page")
    clock.now += 2 * GRACE_SECONDS
    assert visits.over() == []
    visits.go("page")
    visits.come("page")  # the line was broken, and is there again
    clock.now += 2 * GRACE_SECONDS
    assert visits.over() == []
    assert visits.is_at("page", visit)


def test_who_has_brought_something_already_stays_with_it() -> None:
    visits = Visits()
    visits.come("old")
    old = visits.of("old")
    visits.go("old")
    visits.come("new")
    visits.of("new").photo = "another"
    assert visits.claim("new", old.id) is None
    assert visits.of("new").photo == "another"


def test_ids_cannot_be_guessed() -> None:
    visits = Visits()
    ids = {visits.of(str(number)).id for number in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)
