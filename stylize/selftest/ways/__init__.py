"""Every way out of a process that the proof tries, as one table."""

from stylize.selftest.ways import from_children, from_kernel, from_native, from_neighbours, from_python, from_siblings
from stylize.selftest.ways.way import NotHere, Way

WAYS: tuple[Way, ...] = (
    *from_python.WAYS,
    *from_children.WAYS,
    *from_native.WAYS,
    *from_kernel.WAYS,
    *from_neighbours.WAYS,
    *from_siblings.WAYS,
    from_neighbours.LAST,
)

__all__ = ["WAYS", "NotHere", "Way"]
