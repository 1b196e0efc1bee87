"""Promises, and what keeps them. `lock_down()` is the first statement of every program."""

from stylize.privacy.environment import lock_down

__all__ = ["lock_down"]
