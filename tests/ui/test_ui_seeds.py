"""Which seeds are thrown: for one, for several, for another one, and for the same again."""

from __future__ import annotations

from stylize.models import Request
from ui.form import MAX_SEED
from ui.seeds import FOUR, Throw, requests

ASKED = Request(style="doll")


def seeds(*args: object, **options: object) -> list[int | None]:
    return [request.seed for request in requests(*args, **options)]  # type: ignore[arg-type]


def test_the_field_is_obeyed_and_several_go_on_from_it() -> None:
    asked = Request(style="doll", seed=7)
    assert seeds(asked, Throw.FORM) == [7]
    assert seeds(asked, Throw.FORM, count=4, shown=3) == [7, 8, 9, 10]
    assert seeds(Request(seed=MAX_SEED), Throw.FORM, count=2) == [MAX_SEED, 0]
    assert all(request.style == "doll" for request in requests(asked, Throw.FORM, count=4))


def test_without_one_it_is_drawn() -> None:
    assert seeds(ASKED, Throw.FORM, count=2, draw=lambda limit: limit - 2) == [MAX_SEED - 1, MAX_SEED]
    assert seeds(ASKED, Throw.FORM) != seeds(ASKED, Throw.FORM)


def test_four_differ_in_whatever_is_chosen_from_four() -> None:
    assert len({seed % FOUR for seed in seeds(ASKED, Throw.FORM, count=4) if seed is not None}) == 4


def test_another_one_is_really_another() -> None:
    for drawn in range(8):
        (seed,) = seeds(Request(seed=5), Throw.FRESH, shown=5, draw=lambda limit, drawn=drawn: drawn)
        assert seed is not None
        assert seed % FOUR != 5 % FOUR, "the field does not count, and card and paper change"


def test_the_same_is_the_one_that_is_shown_and_only_one() -> None:
    assert seeds(Request(seed=5), Throw.SAME, count=4, shown=11) == [11]
    assert len(seeds(ASKED, Throw.SAME, count=1, shown=None)) == 1, "nothing is shown: any"


def test_the_same_is_painted_as_one_of_as_many() -> None:
    """Without that the same seed would be rounded otherwise."""
    (again,) = requests(ASKED, Throw.SAME, shown=11, rows=4)
    assert (again.seed, again.denoise.rows) == (11, 4)
    (fresh,) = requests(ASKED, Throw.FRESH, shown=11, rows=4)
    assert fresh.denoise.rows is None
