"""stylize inspect: what a photo's file gives away, and who is in it."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from stylize.cli.files import read_photo
from stylize.cli.output import printable, say_json
from stylize.cli.walled import add_wall, walled
from stylize.cli.words import GROUPS, WARNINGS
from stylize.pipeline import PhotoReport
from stylize.workshop import inspect_photo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", help='a photo (JPEG, PNG, WebP, HEIF, AVIF); "-" for stdin')
    add_wall(parser)


def execute(args: argparse.Namespace) -> int:
    """Tell the user, and only the user: what is found is theirs."""
    with walled(args) as wall:
        wall.close()
        report = inspect_photo(read_photo(args.photo), read=wall.read)
    if args.json:
        say_json(_told(report))
    else:
        _say(report)
    return 0


def _told(report: PhotoReport) -> dict[str, object]:
    boxes = [dict(zip(("left", "top", "right", "bottom"), f.box.as_ints(), strict=True)) for f in report.findings.faces]
    return {
        "media_type": report.media_type,
        "width": report.size.width,
        "height": report.size.height,
        "faces": boxes,
        "subject": report.findings.subject,
        "verdict": report.findings.verdict,
        "warnings": list(report.findings.warnings),
        "found": [asdict(thing) for thing in report.found],
    }


def _say(report: PhotoReport) -> None:
    size, findings = report.size, report.findings
    print(f"{report.media_type}, {size.width} x {size.height}")
    if findings.faces:
        print(f"faces: {len(findings.faces)}")
    for number, face in enumerate(findings.faces, 1):
        left, top, _, _ = face.box.as_ints()
        chosen = "  (the one that would be taken)" if number - 1 == findings.subject else ""
        print(f"  {number}: {face.box.width:.0f} pixels wide, at {left}, {top}{chosen}")
    for slug in findings.warnings:
        print(f"note: {WARNINGS.get(slug, slug)}")
    if not report.found:
        print("The file holds nothing beside the picture.")
        return
    print("The file also tells (Stylize leaves all of it behind):")
    for group, words in GROUPS.items():
        things = [thing for thing in report.found if thing.group == group]
        if things:
            print(f"  {words}")
        for thing in things:
            print(f"    {printable(thing.name)}: {printable(thing.value)}")
