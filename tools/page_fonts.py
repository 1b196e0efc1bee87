"""Build time only: cut the page's two fonts down to the letters of Latin languages, as WOFF2.

Needs fontTools and brotli (no dependencies of the app) and a folder with the full fonts, as they lie in the packages
named in NOTICE. Writes ui/assets/fonts/*.woff2.

    python tools/page_fonts.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

OUT = Path(__file__).parent.parent / "ui" / "assets" / "fonts"
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    *range(0x2010, 0x2027),
    *(0x2030, 0x2039, 0x203A, 0x20AC, 0x2122, 0x00D7),
]


def cut(font: TTFont, name: str) -> None:
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "mark", "mkmk", "ccmp", "locl"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    subset.save_font(font, str(OUT / name), options)


def main(folder: Path) -> None:
    fredoka = TTFont(next(folder.rglob("Fredoka*.ttf")))
    cut(instancer.instantiateVariableFont(fredoka, {"wdth": 100, "wght": (400, 700)}), "fredoka.woff2")
    cut(TTFont(next(folder.rglob("LuckiestGuy*.ttf"))), "luckiest-guy.woff2")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
