"""python -m benchmarks.inspection [--photos FOLDER] [--alone FOLDER]: what inspection finds and what it costs, all parts.

Each part is a command of its own with more switches: benchmarks.inspection_faces, benchmarks.inspection_text.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inspection", description=__doc__)
    parser.add_argument("--photos", help="your own photos, with faces.json as inspection_faces says")
    parser.add_argument("--alone", help="photos of one person each")
    asked = parser.parse_args()
    given = [f"--{name}={value}" for name, value in vars(asked).items() if value]
    for title, words in (
        ("Faces", ["benchmarks.inspection_faces", *given]),
        ("Things", ["benchmarks.inspection_text"]),
    ):
        print(f"## {title}\n", flush=True)
        subprocess.run([sys.executable, "-m", *words], check=True)
