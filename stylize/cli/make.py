"""stylize make: one photo in, one picture out."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from types import FrameType

from stylize.cli.ask import add_request, build_request
from stylize.cli.bar import clear_bar, listener
from stylize.cli.common import add_settings, settings_of
from stylize.cli.consent import add_consent, ask_consent, check_consent
from stylize.cli.files import STREAM, check_place, check_receipt, check_sheets, media_type_of, read_photo, write_whole
from stylize.cli.output import say_json
from stylize.cli.walled import add_wall, walled
from stylize.cli.words import WARNINGS
from stylize.pipeline import Result
from stylize.printing import print_book
from stylize.progress import CancelToken
from stylize.receipt import languages, to_json, to_text
from stylize.settings import Settings
from stylize.toybox.print.words import print_languages
from stylize.workshop import Workshop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", help='a photo (JPEG, PNG, WebP, HEIF, AVIF); "-" for stdin')
    parser.add_argument("--out", required=True, metavar="FILE", help='.png, .jpg or .webp; "-" for stdout')
    parser.add_argument("--format", choices=("png", "jpg", "webp"), help="if the file's ending should not decide")
    parser.add_argument(
        "--receipt", metavar="FILE", help="also write a receipt, with nothing personal in it: .json, or .txt in words"
    )
    parser.add_argument("--print", metavar="FILE", help="also write sheets to print, cut out and fold: a .pdf")
    parser.add_argument("--paper", choices=("a4", "letter"), default="a4", help="of --print; %(default)s unless said")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    add_consent(parser)
    add_request(parser)
    add_settings(parser)
    add_wall(parser)


def execute(args: argparse.Namespace) -> int:
    """Make it. Everything that can be refused is refused before the first slow step."""
    media_type = media_type_of(args.out, args.format)
    check_place(args.out, force=args.force)
    if args.receipt:
        check_receipt(args.receipt, force=args.force)
    if args.print:
        check_sheets(args.print, force=args.force)
    check_consent(args)
    settings = settings_of(args)
    with (
        walled(args) as wall,
        Workshop(settings, read=wall.read, evidence=wall.evidence) as workshop,
        cancel_on_interrupt() as cancel,
    ):
        request = build_request(args, workshop.styles, media_type)
        request = replace(request, consent=ask_consent(args))
        workshop.wake_devices()
        wall.close()
        tell = listener(quiet=args.quiet or args.json)
        try:
            result = workshop.run(read_photo(args.photo), request, tell=tell, cancel=cancel)
        finally:
            clear_bar(tell)
        cancel.check()
        write_whole(args.out, result.export.data, force=args.force)
        if args.receipt:
            write_whole(args.receipt, _receipt(result, args.receipt, args.language).encode(), force=args.force)
        if args.print:
            write_whole(args.print, _sheets(result, args.paper, args.language), force=args.force)
    if args.json:
        say_json(_told(result, args.out), to_stderr=args.out == STREAM)
    elif not args.quiet:
        _say(result, args.out, settings)
    return 0


@contextmanager
def cancel_on_interrupt() -> Iterator[CancelToken]:
    """The first Ctrl-C asks the work to stop and tidy up; the second one does not ask."""
    token = CancelToken()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if token.cancelled:
            raise KeyboardInterrupt
        token.cancel()

    before = None
    with suppress(ValueError):  # not on the main thread: nobody can interrupt us there
        before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield token
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _receipt(result: Result, place: str, language: str) -> str:
    if place.lower().endswith(".json"):
        return to_json(result.receipt)
    return to_text(result.receipt, language if language in languages() else "en")


def _sheets(result: Result, paper: str, language: str) -> bytes:
    spoken = language if language in print_languages() else "en"
    return print_book(result.parts, trained=result.trained, paper=paper, language=spoken).data


def _told(result: Result, out: str) -> dict[str, object]:
    height, width = result.pixels.shape[:2]
    return {
        "out": None if out == STREAM else out,
        "media_type": result.export.media_type,
        "bytes": len(result.export.data),
        "width": width,
        "height": height,
        "faces": len(result.findings.faces),
        "warnings": list(result.findings.warnings),
        "notes": list(result.notes),
        "passed_over": str(result.passed_over) if result.passed_over else None,
        "look": asdict(result.look),
        "receipt": asdict(result.receipt),
    }


def _say(result: Result, out: str, settings: Settings) -> None:
    """Two or three lines, on stderr: stdout may be the picture."""
    height, width = result.pixels.shape[:2]
    seconds = sum(seconds for _, seconds in result.receipt.durations_seconds)
    where = "written to stdout" if out == STREAM else f"written to {out}"
    lines = [f"{width} x {height}, {len(result.export.data) / 1000:.0f} kB, {where}"]
    lines.append(f"engine {result.plan.engine}, style {result.plan.style}, seed {result.plan.seed}, {seconds:.1f} s")
    lines += [f"note: {WARNINGS.get(slug, slug)}" for slug in result.findings.warnings]
    if found := sum(count for _, count in result.receipt.found_groups):
        lines.append(f"left behind: {found} things that the photo's file told beside the picture")
    if "toy-is-a-gift" in result.notes:
        lines.append(
            "note: nothing came of one of your toys, so a wrapped gift lies in its place; try simpler words, in English, or another seed"
        )
    if result.passed_over is not None and settings.weights is not None:
        lines.append(f"note: {result.passed_over}")
    print("\n".join(lines), file=sys.stderr)
