"""Write weights/README.md: the prose of tools/weights_readme.md with tables made from the catalog.

    python -m tools.weights_readme

A test fails when the file is older than the catalog or the prose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from stylize.weights.catalog import Part, catalog, gigabytes, tiers

ROOT = Path(__file__).parents[1]
PROSE = ROOT / "tools" / "weights_readme.md"
TARGET = ROOT / "weights" / "README.md"
NOTICE = "<!-- Made by tools/weights_readme.py from stylize/weights/catalog.toml and tools/weights_readme.md. -->\n\n"
HASHED_FROM_BYTES = 1_000_000


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def size(part: Part) -> str:
    return ("" if part.size_is_exact else "about ") + gigabytes(part.size_bytes)


def tier_table() -> str:
    return table(
        ("command", "for", "download", "licences"),
        (
            (
                f"`stylize weights pull {tier.slug}`",
                tier.sentence["en"],
                ("" if tier.size_is_exact else "about ") + gigabytes(tier.size_bytes),
                ", ".join(licence.title for licence in tier.licences),
            )
            for tier in tiers()
        ),
    )


def part_tables() -> str:
    blocks = []
    for tier in tiers():
        rows = [row(part, bold=part in tier.default) for part in (*tier.default, *tier.optional)]
        head = ("part", "what it does", "download", "licence")
        blocks.append(f"### {tier.title['en']}\n\n{table(head, rows)}")
    return "\n\n".join(blocks)


def row(part: Part, *, bold: bool) -> tuple[str, ...]:
    name = f"**`{part.slug}`**" if bold else f"`{part.slug}`"
    link = f"[{part.title}]({part.page})"
    return name, f"{link}: {part.sentence['en']}", size(part), f"[{part.licence.title}]({part.licence_link})"


def licence_list() -> str:
    rows = (
        (f"[{licence.title}]({licence.link})", f"`{licence.slug}`", licence.sentence["en"])
        for licence in catalog().licences.values()
    )
    return table(("licence", "for `--accept-licence`", "in plain words"), rows)


def hash_table() -> str:
    rows = [
        (part.slug, f"`{file.path}`", f"{file.size_bytes:,}", f"`{file.sha256}`")
        for part in catalog().parts.values()
        for file in part.files
        if file.sha256 and file.likely_bytes >= HASHED_FROM_BYTES and file.path.endswith(".safetensors")
    ]
    return table(("part", "file", "bytes", "SHA-256"), rows)


def readme() -> str:
    text = PROSE.read_text(encoding="utf-8")
    made = {"tiers": tier_table(), "parts": part_tables(), "licences": licence_list(), "hashes": hash_table()}
    for name, block in made.items():
        text = text.replace("{" + name + "}", block)
    return NOTICE + text


if __name__ == "__main__":
    TARGET.write_text(readme(), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size:,} bytes")
