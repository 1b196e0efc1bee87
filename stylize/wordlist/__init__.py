"""Words that nobody may ask of a picture of a real person: lists in English and German, and a matcher that is not fooled
by spelling.
"""

from stylize.wordlist.match import is_explicit, is_harsh, undresses

__all__ = ["is_explicit", "is_harsh", "undresses"]
