"""weights/README.md says what the catalog says."""

from __future__ import annotations

from stylize.weights.catalog import catalog, gigabytes, tiers
from tools.weights_readme import TARGET, readme


def test_the_readme_is_as_new_as_the_catalog() -> None:
    assert TARGET.read_text(encoding="utf-8") == readme(), "run python -m tools.weights_readme"


def test_every_part_licence_and_pin_is_in_it() -> None:
    text = TARGET.read_text(encoding="utf-8")
    for tier in tiers():
        assert f"stylize weights pull {tier.slug}`" in text
        assert gigabytes(tier.size_bytes) in text
    for part in catalog().parts.values():
        assert f"`{part.slug}`" in text
        assert part.licence_link in text
        assert part.page in text
    for licence in catalog().licences.values():
        assert licence.sentence["en"] in text
