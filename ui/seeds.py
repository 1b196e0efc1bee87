"""Which seeds are thrown for the pictures that are asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from stylize.models import Request
from ui.form import MAX_SEED

FOUR = 4
"""Seeds in a row differ in whatever is chosen from a handful: colours of the card, papers, landscapes."""


class Throw(StrEnum):
    """Where the seed comes from: the FORM's field, or from nowhere if that is empty; FRESH: another one than that of the
    picture that is shown; SAME: that very one.
    """

    FORM = "form"
    FRESH = "fresh"
    SAME = "same"


def requests(
    asked: Request,
    throw: Throw,
    *,
    count: int = 1,
    shown: int | None = None,
    rows: int = 1,
    draw: Callable[[int], int] = secrets.randbelow,
) -> list[Request]:
    """`asked`, `count` times, each with a seed of its own, but once for SAME. `shown`: the seed of the picture on the page,
    and `rows`: as one of how many it was painted, without which the same seed would be rounded otherwise.

    A FRESH one differs from `shown` in what is chosen from a handful, too. `draw(n)`: a number from 0 to n - 1.
    """
    if throw is Throw.SAME and shown is not None:
        return [replace(asked, seed=shown, denoise=replace(asked.denoise, rows=rows) if rows > 1 else asked.denoise)]
    seed = asked.seed if throw is Throw.FORM else None
    if seed is None:
        seed = draw(MAX_SEED + 1)
        if throw is Throw.FRESH and shown is not None and seed % FOUR == shown % FOUR:
            seed += 1
    return [replace(asked, seed=(seed + number) % (MAX_SEED + 1)) for number in range(count)]
