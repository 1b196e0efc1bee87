"""What leads the denoising beside the prompt: an adapter that has seen the face, a map of the pose.

Whoever has such a thing for a plan says so here, in the terms of diffusers; `denoise.paint` hands it on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded
    from stylize.models import Plan, Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Guides:
    """`pipeline`: the one to call instead of the plain one (made of the same parts), or None. `arguments`: what it is
    called with beyond the plan, for one picture; diffusers repeats it for several.
    """

    pipeline: Any = None
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def guides_for(loaded: Loaded, subject: Subject, plan: Plan) -> Guides:
    """The guides that `plan` asks for; none."""
    del loaded, subject, plan
    return Guides()
