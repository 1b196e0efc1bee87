"""What can be said of privacy at this moment, without any word: for the page's script, and for receipts."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from stylize.models import Evidence
from stylize.privacy import witness

if TYPE_CHECKING:
    from stylize.privacy.wall import Wall
    from ui.shop import Shop


def evidence(wall: Wall | None) -> Evidence:
    """What the receipt of a picture that is done now may say."""
    return Evidence(
        wall=wall.level if wall is not None else "none",
        wall_parts=tuple((part.name, part.stands) for part in wall.parts) if wall is not None else (),
        attempts=tuple((one.kind, one.library, one.count) for one in witness.attempts()),
        files_left=files_left(),
    )


def files_left() -> int:
    """How many files lie in the program's working folder. There should be none."""
    folder = os.environ.get("GRADIO_TEMP_DIR")
    return sum(len(files) for _, _, files in os.walk(Path(folder))) if folder else 0


def state(shop: Shop, known: Collection[str] = ()) -> dict[str, object]:
    """For GET /privacy.json. `left`: id of a photo or a result → [seconds left, whether it was taken home], of those that
    the asker knows already: whoever knows an id can see the picture. `next`: the seconds until anything is wiped.
    """
    wall = shop.wall
    left = shop.retention.left()
    return {
        "wall": wall.level if wall is not None else "opening",
        "attempts": witness.count(),
        "photos": len(shop.intake.arrivals),
        "results": len(shop.parcels),
        "files": files_left(),
        "keep_seconds": shop.retention.keep_seconds,
        "next": min((round(seconds, 1) for seconds, _ in left.values()), default=None),
        "left": {name: [round(left[name][0], 1), left[name][1]] for name in known if name in left},
    }
