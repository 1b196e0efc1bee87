"""What a way out is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stylize.selftest.targets import Errand


class NotHere(Exception):
    """This machine has not got what the way needs; the reason is its only argument."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way out of a process.

    `go` tries it. It returns "" when it sent the mark, which counts only if a sink received it; or, where no sink can
    see it, what it saw itself. It raises OSError when it is refused and NotHere when the machine lacks something.
    `first` runs before anything else, `before` once the foundations stand and the wall does not; what they return is
    the errand's `prepared`. `inside` ways run in the walled process itself, all others each in a forked child, since
    the kernel may kill it. `beside`: goes through files, which the filter on calls leaves to the foundations.
    """

    slug: str
    sentence: str
    go: Callable[[Errand], str]
    needs: str = ""
    first: Callable[[], object] | None = None
    before: Callable[[], object] | None = None
    inside: bool = False
    beside: bool = False
