"""Small rooms: no Python file over 300 lines. Prints those that are, and fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMIT = 300
ROOT = Path(__file__).parent.parent


def tracked_files() -> list[Path]:
    """Every Python file that git knows or would know."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in sorted(set(listed.stdout.splitlines())) if (ROOT / line).exists()]


def main() -> int:
    files = tracked_files()
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    long = {path: lines for path, lines in lengths.items() if lines > LIMIT}
    for path, lines in long.items():
        print(f"{path.relative_to(ROOT)}: {lines} lines, {LIMIT} at most")
    if not long:
        print(f"{len(files)} files, the longest {max(lengths.values())} lines, {LIMIT} at most")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
