"""What may be told of a run: which engine, how long, which versions, which digests. Nothing of the person."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version

from stylize.models import Evidence, Export, Found, Plan, Receipt

_PACKAGES = {
    "stylize": "stylize",
    "numpy": "numpy",
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "torch": "torch",
    "diffusers": "diffusers",
    "transformers": "transformers",
}
"""Import name → distribution name."""


def write_receipt(
    plan: Plan,
    export: Export,
    found: Iterable[Found],
    durations: Mapping[str, float],
    evidence: Evidence = Evidence(),  # noqa: B008 - frozen
) -> Receipt:
    """The receipt of one run. `found` is only counted by group; prompts and the box are in it as digests alone.

    `evidence`: what kept the photo in meanwhile; without any word, nothing did.
    """
    return Receipt(
        **{field.name: getattr(evidence, field.name) for field in fields(Evidence)},
        engine=plan.engine,
        style=plan.style,
        seed=plan.seed,
        plan_digest=plan.digest(),
        media_type=export.media_type,
        export_digest=hashlib.sha256(export.data).hexdigest(),
        weights_digest=plan.weights_digest,
        durations_seconds=tuple((stage, round(seconds, 4)) for stage, seconds in durations.items()),
        versions=versions(),
        found_groups=tuple(sorted(Counter(thing.group for thing in found).items())),
        labels=export.labels,
    )


def versions() -> tuple[tuple[str, str], ...]:
    """Python, and every library of `_PACKAGES` that is loaded now; nothing is loaded to find out."""
    loaded = [(name, _version(name)) for module, name in _PACKAGES.items() if module in sys.modules]
    return (("python", platform.python_version()), *loaded)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
