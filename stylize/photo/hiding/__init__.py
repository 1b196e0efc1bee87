"""Hiding what is not the subject's to give: painted over from a handful of colours, so that nothing can be told any more."""

from stylize.photo.hiding.choose import NUMBERS_FROM, count_kinds, hidden_regions
from stylize.photo.hiding.redact import redact

__all__ = ["NUMBERS_FROM", "count_kinds", "hidden_regions", "redact"]
