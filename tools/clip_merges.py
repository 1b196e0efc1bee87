"""Make stylize/engines/diffusion/clip_merges.txt.gz from the vocabulary file that open_clip_torch (PyPI, MIT) carries.

    pip download --no-deps open_clip_torch==3.3.0 && python tools/clip_merges.py open_clip_torch-3.3.0-py3-none-any.whl

The list there has 262,144 lines; CLIP uses the first 48,894 merges (49,408 tokens less 512 bytes and 2 end signs).
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import zipfile
from pathlib import Path

INSIDE = "open_clip/bpe_simple_vocab_16e6.txt.gz"
SHA256 = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"
MERGES = 49_408 - 512 - 2
TARGET = Path(__file__).parents[1] / "stylize/engines/diffusion/clip_merges.txt.gz"


def main(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel).read(INSIDE)
    if hashlib.sha256(packed).hexdigest() != SHA256:
        sys.exit("This is not the vocabulary file that Stylize was made with.")
    lines = gzip.decompress(packed).decode("utf-8").split("\n")
    text = "\n".join(lines[1 : 1 + MERGES]) + "\n"
    TARGET.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes, {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
