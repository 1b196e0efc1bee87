"""stylize redact: a copy of a photo in which nobody else can be told and nothing be read."""

from __future__ import annotations

import argparse
import sys

from stylize.cli.files import STREAM, check_place, media_type_of, read_photo, write_whole
from stylize.cli.hide import add_redact, build_hide
from stylize.cli.output import say_json
from stylize.cli.walled import add_wall, walled
from stylize.cli.words import HIDDEN
from stylize.errors import OutOfRange
from stylize.models import ExportOrder
from stylize.pipeline import Redacted
from stylize.workshop import redact_photo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", help='a photo (JPEG, PNG, WebP, HEIF, AVIF); "-" for stdin')
    parser.add_argument("-o", "--out", required=True, metavar="FILE", help='.png, .jpg or .webp; "-" for stdout')
    parser.add_argument("--format", choices=("png", "jpg", "webp"), help="if the file's ending should not decide")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--face", type=int, metavar="N", help="the face that stays; the one that stylize inspect takes unless said"
    )
    whose.add_argument("--all-faces", action="store_true", help="no face stays")
    add_redact(parser)
    parser.add_argument("--quality", type=int, default=ExportOrder().quality, help="of JPEG and WebP, 1 to 100")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    add_wall(parser)


def execute(args: argparse.Namespace) -> int:
    """Everything that can be refused is refused before the photo is opened."""
    order = ExportOrder(media_type=media_type_of(args.out, args.format), quality=args.quality)
    check_place(args.out, force=args.force)
    hide = build_hide(args)
    if args.face is not None and args.face < 1:
        raise OutOfRange(field="face", low=1, high="the number of faces")
    face = None if args.face is None else args.face - 1
    with walled(args) as wall:
        wall.close()
        done = redact_photo(
            read_photo(args.photo), hide, face=face, all_faces=args.all_faces, order=order, read=wall.read
        )
        write_whole(args.out, done.export.data, force=args.force)
    if args.json:
        say_json(_told(done, args.out), to_stderr=args.out == STREAM)
    elif not args.quiet:
        _say(done, args.out)
    return 0


def _told(done: Redacted, out: str) -> dict[str, object]:
    return {
        "out": None if out == STREAM else out,
        "media_type": done.export.media_type,
        "bytes": len(done.export.data),
        "width": done.size.width,
        "height": done.size.height,
        "subject": done.findings.subject,
        "hidden": dict(done.hidden),
        "labels": list(done.export.labels),
    }


def _say(done: Redacted, out: str) -> None:
    """On stderr: stdout may be the picture."""
    where = "written to stdout" if out == STREAM else f"written to {out}"
    told = ", ".join(f"{HIDDEN.get(kind, kind)}: {count}" for kind, count in done.hidden)
    lines = [f"{done.size.width} x {done.size.height}, {len(done.export.data) / 1000:.0f} kB, {where}"]
    lines.append(
        f"hidden: {told}" if told else "nothing was found to hide; the copy holds the picture and nothing else"
    )
    lines.append("look at it before you share it: not everything is always found (--box hides more)")
    print("\n".join(lines), file=sys.stderr)
