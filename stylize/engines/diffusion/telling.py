"""Listeners for parts of a work."""

from __future__ import annotations

from dataclasses import replace

from stylize.progress import Progress, Tell


def share(tell: Tell, done: int, now: int, of: int) -> Tell:
    """A listener for the batch of `now` pictures that begins when `done` of `of` are finished."""

    def told(progress: Progress) -> None:
        tell(replace(progress, fraction=(done + now * progress.fraction) / of))

    return told


def never_back(tell: Tell) -> Tell:
    """`tell`, but a second try does not move the bar backwards."""
    reached = 0.0

    def told(progress: Progress) -> None:
        nonlocal reached
        reached = max(reached, progress.fraction)
        tell(replace(progress, fraction=reached))

    return told
