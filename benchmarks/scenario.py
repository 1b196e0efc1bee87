"""One scenario in one fresh process: a photo to a finished file. Prints one JSON line.

Cold is the first picture of a process that has already imported Python itself, imports included; warm is the median
of the following ones. Peak memory is the process's own high-water mark (ru_maxrss).
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from pathlib import Path


def main() -> None:
    photo, engine, style, repeats = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    data = photo.read_bytes()

    begun = time.perf_counter()
    import stylize

    boxed = stylize.BoxOrder(name="Ada", accessories=("camera", "coffee", "headphones")) if engine == "figure" else None
    request = stylize.Request(style=style, engine=engine, seed=1, box=boxed)
    with stylize.Workshop() as workshop:
        stages = workshop.run(data, request).receipt.durations_seconds
        cold = time.perf_counter() - begun
        warm = []
        for _ in range(repeats):
            begun = time.perf_counter()
            stages = workshop.run(data, request).receipt.durations_seconds
            warm.append(time.perf_counter() - begun)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "cold_seconds": cold,
                "warm_seconds": statistics.median(warm),
                "peak_mib": peak_kib / 1024,
                "stages": {name: round(seconds, 3) for name, seconds in stages},
            }
        )
    )


if __name__ == "__main__":
    main()
