"""Flags → Request. Every flag carries the name of the field it fills."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields

from stylize.cli.hide import add_hide, build_hide
from stylize.errors import OutOfRange
from stylize.geometry import Size
from stylize.models import (
    Beard,
    BoxOrder,
    DenoiseOverride,
    ExportOrder,
    Hair,
    LookOverride,
    Lora,
    Outfit,
    Request,
)
from stylize.styles import Style, find_style, scenes
from stylize.toybox.accessories import accessories

_COLOURS = tuple(f.name for f in fields(LookOverride) if f.name.endswith("_colour"))


def add_request(parser: argparse.ArgumentParser) -> None:
    """Every flag that says what the picture should be."""
    parser.add_argument("--style", default="action-figure", help="see stylize styles; %(default)s unless said")
    parser.add_argument("--scene", choices=[*scenes()], help="where the person stands, in a style that is no toy")
    parser.add_argument("--engine", help="see stylize engines; the best one that is ready unless said")
    parser.add_argument("--seed", type=int, help="the same seed, photo and words give the same picture")
    parser.add_argument(
        "--size", type=_size, default="768x960", metavar="WxH", help="in pixels; %(default)s unless said"
    )
    parser.add_argument("--face", type=int, metavar="N", help="which face, 1 being the first that inspect lists")
    parser.add_argument("--quality", type=int, default=ExportOrder().quality, help="of JPEG and WebP, 1 to 100")

    box = parser.add_argument_group("the box")
    box.add_argument("--name", default="", help="large letters on the card")
    box.add_argument("--tagline", default="", help="the line under the name")
    box.add_argument(
        "--accessory", action="append", default=[], metavar="THING", help="up to 4; see stylize accessories"
    )
    box.add_argument(
        "--toy",
        action="append",
        default=[],
        metavar="WORDS",
        help="a toy of anything, painted by the engine diffusion; with the accessories up to 4",
    )
    box.add_argument("--palette", help="the colours of the card; chosen to suit the clothes unless said")
    box.add_argument("--language", help="of our own words on the card: en unless said, or de", default="en")
    box.add_argument("--no-box", action="store_true", help="the figure alone")

    look = parser.add_argument_group("looks", "instead of what is measured in the photo")
    look.add_argument("--hair", choices=[*Hair])
    look.add_argument("--outfit", choices=[*Outfit])
    look.add_argument("--beard", choices=[*Beard])
    look.add_argument("--glasses", action=argparse.BooleanOptionalAction)
    for name in _COLOURS:
        look.add_argument(f"--{name.replace('_', '-')}", metavar="#RRGGBB")

    add_hide(parser)

    denoise = parser.add_argument_group("the engine diffusion", "named as in diffusers; the style decides unless said")
    denoise.add_argument(
        "--likeness", type=float, metavar="0..1", help="0: more like a toy, 1: more like you, 0.5: as the style says"
    )
    denoise.add_argument(
        "--pace",
        choices=("quick", "thorough"),
        help="few steps, or as many as the style says; quick if the weights allow",
    )
    denoise.add_argument("--decoder", choices=("full", "tiny"), help="tiny: faster, with less fine detail")
    denoise.add_argument(
        "--deepcache-interval", type=int, metavar="1..5", help="how often the whole model runs; 1: in every step"
    )
    denoise.add_argument(
        "--rows",
        type=int,
        metavar="1..4",
        help="the number that the receipt of one of several pictures names, to have it again",
    )
    denoise.add_argument("--prompt")
    denoise.add_argument("--negative-prompt")
    denoise.add_argument("--strength", type=float, metavar="0.05..1")
    denoise.add_argument("--guidance-scale", type=float, metavar="0..30")
    denoise.add_argument("--num-inference-steps", type=int, metavar="1..150")
    denoise.add_argument("--scheduler")
    denoise.add_argument(
        "--lora", action="append", type=_lora, metavar="NAME[:SCALE]", help="may be said several times"
    )
    denoise.add_argument("--init-image", choices=("subject", "figure"), help="what to begin from")
    denoise.add_argument("--ip-adapter-scale", type=float, metavar="0..1.5", help="wins over --likeness; 0: none")
    denoise.add_argument(
        "--controlnet-conditioning-scale", type=float, metavar="0..2", help="wins over --likeness; 0: none"
    )
    denoise.add_argument(
        "--face-pass", action=argparse.BooleanOptionalAction, help="paint a face that came out small once more, larger"
    )


def build_request(args: argparse.Namespace, styles: Mapping[str, Style], media_type: str) -> Request:
    """The Request that the flags describe. Raises UnknownChoice for the style, OutOfRange for the face's number."""
    if args.face is not None and args.face < 1:
        raise OutOfRange(field="face", low=1, high="the number of faces")
    return Request(
        style=args.style,
        engine=args.engine,
        seed=args.seed,
        size=args.size,
        look=LookOverride(
            hair=args.hair and Hair(args.hair),
            outfit=args.outfit and Outfit(args.outfit),
            beard=args.beard and Beard(args.beard),
            glasses=args.glasses,
            **{name: getattr(args, name) for name in _COLOURS},
        ),
        box=_box(args, find_style(styles, args.style)),
        denoise=DenoiseOverride(
            prompt=args.prompt,
            negative_prompt=args.negative_prompt,
            strength=args.strength,
            guidance_scale=args.guidance_scale,
            num_inference_steps=args.num_inference_steps,
            scheduler=args.scheduler,
            loras=tuple(args.lora) if args.lora else None,
            init_image=args.init_image,
            likeness=args.likeness,
            ip_adapter_scale=args.ip_adapter_scale,
            controlnet_conditioning_scale=args.controlnet_conditioning_scale,
            face_pass=args.face_pass,
            pace=args.pace,
            decoder=args.decoder,
            deepcache_interval=args.deepcache_interval,
            rows=args.rows,
        ),
        export=ExportOrder(media_type=media_type, quality=args.quality),
        face=None if args.face is None else args.face - 1,
        scene=args.scene,
        hide=build_hide(args),
    )


def _box(args: argparse.Namespace, style: Style) -> BoxOrder | None:
    """A toy comes boxed unless --no-box is said, or an engine is named that paints; other styles if the box is ordered."""
    ordered = bool(args.name or args.tagline or args.accessory or args.toy or args.palette)
    as_usual = style.boxed and args.engine != "painting"
    if args.no_box or not (ordered or as_usual):
        return None
    things = tuple(_accessory(word) for word in _words(args.accessory))
    return BoxOrder(
        name=args.name,
        tagline=args.tagline,
        accessories=things,
        toys=tuple(args.toy),
        palette=args.palette,
        language=args.language,
    )


def _words(said: Sequence[str]) -> list[str]:
    """--accessory camera,dog is the same as --accessory camera --accessory dog."""
    return [word.strip() for entry in said for word in entry.split(",") if word.strip()]


def _accessory(word: str) -> str:
    """A slug as it is; a whole English or German name → its slug; anything else stays, and is refused by the toy box."""
    folded = word.casefold()
    known = accessories()
    slugs = [folded] if folded in known else []
    slugs += [s for s, toy in known.items() if folded in (toy.english.casefold(), toy.german.casefold())]
    return slugs[0] if slugs else word


def _size(text: str) -> Size:
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text)
    if not match or "0" in (match[1].lstrip("0") or "0", match[2].lstrip("0") or "0"):
        raise argparse.ArgumentTypeError("a size is written as 768x960")
    return Size(width=int(match[1]), height=int(match[2]))


def _lora(text: str) -> Lora:
    name, colon, scale = text.rpartition(":")
    if not colon:
        return Lora(name=text)
    try:
        return Lora(name=name, scale=float(scale))
    except ValueError:
        raise argparse.ArgumentTypeError("a LoRA is written as name or name:0.8") from None
