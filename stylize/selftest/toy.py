"""`python -m stylize.selftest.toy`: the photo on stdin becomes a toy behind the wall; the results as JSON on stdout."""

from __future__ import annotations

import base64
import json
import sys

from stylize.privacy import lock_down

MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")


def main() -> None:
    """Print {"wall": level, "missing": [...], "found": n, "files": {media type: base64}} or {"lacks": why}."""
    from stylize.errors import StylizeError
    from stylize.privacy.wall import foundations, raise_wall

    built = foundations()  # before the imports below start threads
    from stylize.export import export
    from stylize.geometry import Size
    from stylize.models import ExportOrder, Request
    from stylize.workshop import Workshop

    try:
        wall = raise_wall(built)
        with Workshop() as workshop:
            result = workshop.run(sys.stdin.buffer.read(), Request(engine="figure", size=Size(width=512, height=640)))
        orders = [ExportOrder(media_type=media_type) for media_type in MEDIA_TYPES]
        files = [export(result.pixels, order, trained=False) for order in orders]
    except StylizeError as problem:
        print(json.dumps({"lacks": str(problem)}))  # noqa: T201
        return
    told = {
        "wall": wall.level,
        "missing": [part.name for part in wall.parts if not part.stands],
        "found": len(result.found),
        "files": {file.media_type: base64.b64encode(file.data).decode() for file in files},
    }
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    lock_down()
    main()
