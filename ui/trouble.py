"""What can go wrong on the page itself, beside what the library says."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from stylize.errors import StylizeError


class PhotoMissing(StylizeError):
    """The button was pressed too early."""

    slug = "photo-missing"
    sentence = "Please choose a photo first."


class PhotoGone(StylizeError):
    """It fell off the shelf, or the program was started anew."""

    slug = "photo-gone"
    sentence = "The photo is no longer in memory. Please choose it again."


class HideUnreadable(StylizeError):
    """The field that says what is hidden was not written by our own page."""

    slug = "hide-unreadable"
    sentence = "What is to be hidden in the photo could not be read. Choose it once more on the photo."


class LineFull(StylizeError):
    """More wait than is good for anybody."""

    slug = "line-full"
    sentence = "Many pictures are being made already. Please try again in a minute."


class Unexpected(StylizeError):
    """Something that is nobody's doing but ours. Its details are not shown to anyone."""

    slug = "unexpected"
    sentence = "Something went wrong on our side. Your photo is untouched; please try again."


def unexpected(surprise: Exception) -> Unexpected:
    """What to say of `surprise`. Its kind and place go to the terminal, for a bug report; its message may hold what is
    the user's and goes nowhere.
    """
    last = traceback.extract_tb(surprise.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    print(f"Stylize: unexpected {type(surprise).__name__} at {place}", file=sys.stderr, flush=True)  # noqa: T201
    return Unexpected()
