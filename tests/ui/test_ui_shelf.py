"""The shelf and its clock, by a clock that the test moves; and what wiping does to the memory."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from stylize import photo
from ui.intake import Arrival
from ui.pictures import encode
from ui.retention import Retention
from ui.shelf import GRACE_SECONDS, Sheet, Shelf

KEEP = 900.0


class Clock:
    """Seconds, as the test says."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def sheet(text: bytes = b"needle") -> Sheet:
    return Sheet(data=memoryview(bytearray(text)), media_type="image/png")


def make(places: int = 4) -> tuple[Shelf[Sheet], Clock]:
    clock = Clock()
    return Shelf(places=places, keep_seconds=KEEP, now=clock), clock


def is_wiped(thing: Sheet) -> bool:
    return bytes(thing.data) == bytes(len(thing.data))


def test_a_thing_is_kept_until_its_time_is_over_and_wiped_then() -> None:
    shelf, clock = make()
    thing = sheet()
    name = shelf.put(thing)
    clock.seconds += KEEP - 1
    assert (shelf.sweep(), shelf.get(name), is_wiped(thing)) == (0, thing, False)
    clock.seconds += 1
    assert shelf.get(name) is None, "already before the sweep"
    assert (shelf.sweep(), len(shelf), is_wiped(thing)) == (1, 0, True)


def test_looking_at_it_is_no_use_but_using_it_is() -> None:
    shelf, clock = make()
    looked_at, used = shelf.put(sheet()), shelf.put(sheet())
    clock.seconds += KEEP - 1
    shelf.get(looked_at)
    shelf.use(used)
    clock.seconds += 1
    assert (shelf.get(looked_at) is None, shelf.get(used) is None) == (True, False)
    assert shelf.left()[used] == (KEEP - 1, False)


def test_what_was_taken_home_has_a_minute_left_unless_it_is_kept_longer() -> None:
    shelf, clock = make()
    name = shelf.put(sheet())
    shelf.take(name)
    assert shelf.left()[name] == (GRACE_SECONDS, True)
    clock.seconds += 30
    shelf.take(name)
    assert shelf.left()[name] == (GRACE_SECONDS - 30, True), "another format does not keep it longer"
    shelf.use(name)
    assert shelf.left()[name] == (KEEP, False)


def test_taking_it_home_late_gives_it_no_more_time() -> None:
    shelf, clock = make()
    name = shelf.put(sheet())
    clock.seconds += KEEP - 10
    shelf.take(name)
    assert shelf.left()[name] == (10, True)


def test_work_that_runs_is_not_cut() -> None:
    shelf, clock = make()
    thing = sheet()
    name = shelf.put(thing)
    with shelf.hold(name) as held:
        clock.seconds += 10 * KEEP
        assert (held, shelf.sweep(), shelf.get(name)) == (thing, 0, thing)
    assert shelf.left()[name] == (KEEP, False), "its time begins anew when the work has ended"


def test_what_is_dropped_during_work_is_wiped_after_it() -> None:
    shelf, _ = make()
    thing = sheet()
    name = shelf.put(thing)
    with shelf.hold(name):
        shelf.clear()
        assert (shelf.get(name), len(shelf), is_wiped(thing)) == (None, 0, False)
    assert is_wiped(thing)


def test_holding_what_is_not_there_gives_nothing() -> None:
    shelf, _ = make()
    with shelf.hold("nothing") as held:
        assert held is None


def test_the_oldest_falls_off_and_is_wiped() -> None:
    shelf, _ = make(places=2)
    things = [sheet(bytes([65 + n])) for n in range(3)]
    names = [shelf.put(thing) for thing in things]
    assert [shelf.get(name) for name in names] == [None, *things[1:]]
    assert [is_wiped(thing) for thing in things] == [True, False, False]


def test_a_shelf_is_bounded_and_forgets() -> None:
    shelf, _ = make(places=2)
    things = [sheet(bytes([65 + n])) for n in range(3)]
    names = [shelf.put(thing) for thing in things]
    shelf.drop(names[1])
    shelf.drop("never there")
    shelf.drop(None)
    assert (len(shelf), shelf.get(names[2])) == (1, things[2])
    shelf.clear()
    assert [shelf.get(name) for name in names] == [None] * 3
    assert all(is_wiped(thing) for thing in things)
    assert len(set(names)) == 3


def test_a_shelf_is_safe_between_threads() -> None:
    shelf: Shelf[Sheet] = Shelf(places=5)
    things = [[sheet() for _ in range(200)] for _ in range(4)]
    threads = [threading.Thread(target=lambda mine=mine: [shelf.put(thing) for thing in mine]) for mine in things]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shelf) == 5
    assert sum(not is_wiped(thing) for mine in things for thing in mine) == 5


def test_one_that_cannot_be_wiped_does_not_save_the_others(capfd: pytest.CaptureFixture[str]) -> None:
    shelf, clock = make()
    stubborn, other = Sheet(data=memoryview(b"read-only needle"), media_type=""), sheet()
    for thing in (stubborn, other):
        shelf.put(thing)
    clock.seconds += KEEP
    assert (shelf.sweep(), len(shelf), is_wiped(other)) == (2, 0, True)
    said = capfd.readouterr().err
    assert "TypeError" in said, "it is told, for it is a mistake of ours"
    assert "needle" not in said


def test_a_photo_is_wiped_pixel_by_pixel(portraits: dict[str, bytes]) -> None:
    taken = photo.read(portraits["biden"])
    preview = encode(taken.pixels[:16, :16], ".webp")
    shelf: Shelf[Arrival] = Shelf(places=4)
    name = shelf.put(Arrival(photo=taken, findings=None, refusal=None, preview=preview))
    assert np.any(taken.pixels)
    shelf.drop(name)
    assert not np.any(taken.pixels)
    assert is_wiped(preview)


def test_whoever_wants_to_know_hears_of_every_wiping_after_it() -> None:
    shelf, clock = make()
    heard: list[bool] = []
    first, second, third = sheet(), sheet(), sheet()
    now = iter((first, second, third))
    shelf.after_wipe = lambda: heard.append(is_wiped(next(now)))
    dropped, kept = shelf.put(first), shelf.put(second)
    shelf.drop(dropped)
    assert heard == [True]
    with shelf.hold(kept):
        shelf.clear()
        assert heard == [True], "it is still worked with"
    assert heard == [True, True]
    shelf.put(third)
    clock.seconds += KEEP
    shelf.sweep()
    assert heard == [True, True, True]


def test_another_time_to_keep_counts_from_now() -> None:
    shelf, clock = make()
    name = shelf.put(sheet())
    clock.seconds += KEEP - 5
    retention = Retention((shelf,), KEEP)
    retention.keep_for(60)
    assert shelf.left()[name] == (60, False)
    later = shelf.put(sheet())
    assert shelf.left()[later] == (60, False)


def test_the_thread_wipes_by_itself_and_the_end_wipes_all() -> None:
    shelf: Shelf[Sheet] = Shelf(places=4)
    retention = Retention((shelf,), 0.05)
    soon = sheet()
    shelf.put(soon)
    retention.start()
    waiting = threading.Event()
    for _ in range(200):
        if is_wiped(soon):
            break
        waiting.wait(0.1)
    assert is_wiped(soon)
    retention.keep_for(KEEP)
    last = sheet()
    shelf.put(last)
    retention.close()
    assert (is_wiped(last), len(shelf)) == (True, 0)
