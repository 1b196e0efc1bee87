"""stylize inspect: what a photo's file gives away, and who is in it."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from stylize.cli.files import read_photo
from stylize.cli.output import printable, say_json
from stylize.cli.walled import add_wall, walled
from stylize.cli.words import GROUPS, REGIONS, WARNINGS
from stylize.geometry import Box
from stylize.models import Findings, HideOrder, Region
from stylize.photo import hidden_regions
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
    findings = report.findings
    hidden = hidden_regions(findings, HideOrder(), findings.subject)
    regions = [_region(number, r, hidden=any(r is h for h in hidden)) for number, r in enumerate(findings.regions, 1)]
    return {
        "media_type": report.media_type,
        "width": report.size.width,
        "height": report.size.height,
        "faces": [_box(face.box) for face in findings.faces],
        "subject": findings.subject,
        "regions": regions,
        "verdict": findings.verdict,
        "warnings": list(findings.warnings),
        "found": [asdict(thing) for thing in report.found],
    }


def _region(number: int, region: Region, *, hidden: bool) -> dict[str, object]:
    """`number` is what --show and --show-region call it; `face` counts as `subject` does; `hidden`: unless told otherwise."""
    return {
        "number": number,
        "kind": region.kind.value,
        "box": _box(region.box),
        "corners": [[round(float(value), 1) for value in corner] for corner in region.corners],
        "score": round(region.score, 3),
        "face": region.face,
        "hidden": hidden,
    }


def _box(box: Box) -> dict[str, int]:
    return dict(zip(("left", "top", "right", "bottom"), box.as_ints(), strict=True))


def _say(report: PhotoReport) -> None:
    size, findings = report.size, report.findings
    print(f"{report.media_type}, {size.width} x {size.height}")
    if findings.faces:
        print(f"faces: {len(findings.faces)}")
    for number, face in enumerate(findings.faces, 1):
        left, top, _, _ = face.box.as_ints()
        chosen = "  (the one that would be taken)" if number - 1 == findings.subject else ""
        print(f"  {number}: {face.box.width:.0f} pixels wide, at {left}, {top}{chosen}")
    _say_regions(findings)
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


def _say_regions(findings: Findings) -> None:
    """What else is hidden before a picture is made, by the numbers that --show-region takes."""
    hidden = hidden_regions(findings, HideOrder(), findings.subject)
    if not hidden:
        return
    print("Hidden unless you say otherwise (--show-region N):")
    for number, region in enumerate(findings.regions, 1):
        if any(region is other for other in hidden):
            left, top, _, _ = region.box.as_ints()
            words = f"face {region.face + 1}" if region.face is not None else REGIONS[region.kind.value]
            print(f"  {number}: {words}, {region.box.width:.0f} x {region.box.height:.0f} pixels, at {left}, {top}")
