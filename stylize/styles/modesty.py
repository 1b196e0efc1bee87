"""What every picture of a person is steered away from, and the words that no one may ask for."""

from __future__ import annotations

from stylize.errors import PromptRefused
from stylize.wordlist import is_explicit, is_harsh, undresses

STEERED_AWAY_FROM = "nsfw, nude, naked"


def modest(negative_prompt: str) -> str:
    """A style's negative prompt, with what ours all begin with. Models that know none keep none."""
    return f"{STEERED_AWAY_FROM}, {negative_prompt}" if negative_prompt else ""


def check_words(text: str | None, field: str) -> None:
    """Raises PromptRefused, which names `field` and none of the words, for what asks for something bare or sexual. Not for
    negative prompts, see `check_negative`.
    """
    if text is not None and is_explicit(text):
        raise PromptRefused(field=field)


def check_negative(text: str | None, field: str) -> None:
    """As `check_words`, for a negative prompt. To name bare skin there is how one avoids it; clothes are what may not be
    kept away.
    """
    if text is not None and undresses(text):
        raise PromptRefused(field=field)


def check_print(text: str, field: str) -> None:
    """As `check_words`, for what is only printed: names such as Dick or Fanny may be."""
    if is_harsh(text):
        raise PromptRefused(field=field)
