"""Our own words on the card, in every language."""

from __future__ import annotations

import numpy as np
import pytest

from stylize.errors import UnknownChoice
from stylize.models import BoxOrder
from stylize.toybox.accessories import accessory
from stylize.toybox.card import draw_card
from stylize.toybox.lettering import PLAIN, capitals, face_for
from stylize.toybox.order import check_order
from stylize.toybox.palettes import palettes
from stylize.toybox.words import card_languages, card_words


@pytest.mark.parametrize("language", card_languages())
def test_every_word_can_be_printed(language: str) -> None:
    words = card_words(language)
    lines = [words.ages, *words.seal, *words.keepsake, words.ribbon, words.small]
    lines += [words.accessories(count) for count in range(5)]
    for line in lines:
        assert line.strip() == line
        assert face_for(capitals(line), PLAIN, field="tagline") == PLAIN[0]
    assert "3" in words.accessories(3)
    assert words.accessories(1) != words.many.format(count=1)


def test_the_card_speaks_the_language_of_the_order() -> None:
    palette = next(iter(palettes()))
    drawn = {
        language: draw_card(check_order(BoxOrder(name="Ada", accessories=("dog",), language=language)), palette, 600)
        for language in card_languages()
    }
    assert accessory("dog").name("de") != accessory("dog").name("en")
    different = np.any(drawn["en"] != drawn["de"], axis=-1)
    assert 0.001 < different.mean() < 0.08, "small print and labels differ, the rest of the card does not"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnknownChoice):
        check_order(BoxOrder(language="xx"))
