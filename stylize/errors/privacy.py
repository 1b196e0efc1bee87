"""A promise could not be kept."""

from __future__ import annotations

from stylize.errors.base import StylizeError


class PrivacyError(StylizeError):
    slug = "privacy"
    exit_code = 8


class ImportedTooEarly(PrivacyError):
    slug = "imported-too-early"
    sentence = "{library} was loaded before Stylize could switch its network use off. Import stylize first."


class WallMissing(PrivacyError):
    slug = "wall-missing"
    sentence = "The wall that keeps your photo on this computer cannot be built here: {why} Start with --without-wall to go on without it; the page then says what is missing."


class LanUnavailable(PrivacyError):
    slug = "lan-unavailable"
    sentence = "The page cannot be opened to your network: {why} Without --lan it opens on this computer alone."
