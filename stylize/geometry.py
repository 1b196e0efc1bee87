"""Sizes and boxes: the two value types every room speaks. Pure Python; pixels unless a name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Width and height in pixels, both at least 1 (ValueError otherwise)."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError("a size has at least one pixel each way")

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    def round_to(self, multiple: int) -> Size:
        """The nearest size whose sides are whole multiples of `multiple` (at least one each)."""
        return Size(
            width=max(1, round(self.width / multiple)) * multiple,
            height=max(1, round(self.height / multiple)) * multiple,
        )

    def fit_within(self, other: Size) -> Size:
        """The largest size of this aspect that lies inside `other`; never enlarges."""
        scale = min(1.0, other.width / self.width, other.height / self.height)
        return Size(width=max(1, round(self.width * scale)), height=max(1, round(self.height * scale)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """An upright rectangle [left, right) x [top, bottom) in pixels; floats; may reach outside a picture.

    Raises ValueError when right < left or bottom < top.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if self.right < self.left or self.bottom < self.top:
            raise ValueError("a box has its right side right of its left side")

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def scale(self, factor: float) -> Box:
        """Multiply every coordinate: the same box in a picture resized by `factor`."""
        return Box(
            left=self.left * factor, top=self.top * factor, right=self.right * factor, bottom=self.bottom * factor
        )

    def move(self, dx: float, dy: float) -> Box:
        return Box(left=self.left + dx, top=self.top + dy, right=self.right + dx, bottom=self.bottom + dy)

    def pad(self, x: float, y: float) -> Box:
        """Grow by `x` on the left and right and by `y` above and below; negative values shrink, at most to a point."""
        x, y = max(x, -self.width / 2), max(y, -self.height / 2)
        left, top = self.left - x, self.top - y
        return Box(left=left, top=top, right=max(left, self.right + x), bottom=max(top, self.bottom + y))

    def clamp(self, size: Size) -> Box:
        """The part of the box that lies inside a picture of `size` (may be empty)."""

        def inside(value: float, limit: int) -> float:
            return min(max(value, 0.0), float(limit))

        return Box(
            left=inside(self.left, size.width),
            top=inside(self.top, size.height),
            right=inside(self.right, size.width),
            bottom=inside(self.bottom, size.height),
        )

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.area + other.area - shared)

    def as_ints(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) rounded to whole pixels."""
        return round(self.left), round(self.top), round(self.right), round(self.bottom)
