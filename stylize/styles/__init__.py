"""The styles room: TOML declarations, and the pure step from request and style to a plan."""

from stylize.styles.library import find_style, load_styles
from stylize.styles.plan import MAX_SEED, can_do, check_request, choose_engine, choose_size, figure_plan, plan
from stylize.styles.scenes import scenes, scenes_of
from stylize.styles.style import Style
from stylize.styles.toys import toy_plan

__all__ = [
    "MAX_SEED",
    "Style",
    "can_do",
    "check_request",
    "choose_engine",
    "choose_size",
    "figure_plan",
    "find_style",
    "load_styles",
    "plan",
    "scenes",
    "scenes_of",
    "toy_plan",
]
