"""What all errors have in common, and the one that is no failure."""

from __future__ import annotations

from typing import ClassVar


class StylizeError(Exception):
    """Base of all. `facts` are the named values that the sentence shows; they are safe to log."""

    slug: ClassVar[str] = "error"
    sentence: ClassVar[str] = "Something went wrong."
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: str | float) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))


class Cancelled(StylizeError):
    slug = "cancelled"
    sentence = "Stopped, as you asked. Nothing was kept."
    exit_code = 130
