"""The photo room: bytes → Photo → Findings → Subject."""

from stylize.photo.hiding import count_kinds, hidden_regions, redact
from stylize.photo.inspect import choose, inspect, survey
from stylize.photo.isolate import isolate
from stylize.photo.measure import measure
from stylize.photo.read import read
from stylize.photo.sitting import Sitting

__all__ = [
    "Sitting",
    "choose",
    "count_kinds",
    "hidden_regions",
    "inspect",
    "isolate",
    "measure",
    "read",
    "redact",
    "survey",
]
