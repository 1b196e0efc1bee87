"""Does anything of a stranger's photo survive? `python -m tools.check_foreign_photos FOLDER ...`: every image file in the
folders is read, its pixels are exported in every format, and exiftool is asked for every tag of what came out. Whatever
is neither structure nor declared by us is a fault. Needs exiftool.

A good heap of strangers' files are the test pictures of two libraries:
`pip download --no-deps --no-binary :all: pillow pillow_heif`, unpacked outside this folder.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from stylize import photo
from stylize.errors import PhotoError
from stylize.export import export
from stylize.export.label import COMPUTED, SOFTWARE, VOCABULARY
from stylize.models import ExportOrder, Pixels

Tags = dict[str, Any]

KINDS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
ABOUT_THE_FILE = ("SourceFile", "ExifTool:ExifToolVersion", "System:")
"""What exiftool tells of itself and of where the file lies, not of what is in it."""
STRUCTURE = frozenset(
    f"{group}:{name}"
    for group, names in {
        "File": "FileType FileTypeExtension MIMEType ImageWidth ImageHeight EncodingProcess BitsPerSample "
        "ColorComponents YCbCrSubSampling",
        "PNG": "ImageWidth ImageHeight BitDepth ColorType Compression Filter Interlace",
        "JFIF": "JFIFVersion ResolutionUnit XResolution YResolution",
        "RIFF": "WebP_Flags ImageWidth ImageHeight Copy1:ImageWidth Copy1:ImageHeight VP8Version HorizontalScale "
        "VerticalScale",
        "Composite": "ImageSize Megapixels",
    }.items()
    for name in names.split()
)
"""Without these there is no picture; they tell its size and its coding."""
DENSITY = {"JFIF:ResolutionUnit": 0, "JFIF:XResolution": 1, "JFIF:YResolution": 1}
"""Structure too, but a resolution taken over from a camera would be a trace: these are the values of "none"."""
DECLARED = {"XMP-xmp:CreatorTool": SOFTWARE, "XMP-iptcExt:DigitalSourceType": VOCABULARY + COMPUTED}
COLOUR = ("PNG:SRGBRendering", "ICC-header:", "ICC_Profile:", "ICC-chrm:")
"""The declaration of sRGB: must be, to the value, what a picture of ours that never saw a photo carries."""
INPUT = "-input.jpg"
"""How the name of a stranger's own file ends in the working folder. exiftool goes by content, but passes over endings
that it does not know.
"""
OUTPUTS_AT_ONCE = 300


@dataclass(slots=True)
class Tally:
    """What was met. `carried`: tags of the strangers' own files; `faults`: one line each, naming file and tag."""

    files: int = 0
    read: int = 0
    outputs: int = 0
    carried: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def image_files(folders: Iterable[Path]) -> list[Path]:
    """Every file whose ending an image library knows."""
    Image.init()
    endings = {*Image.registered_extensions(), *KINDS.values(), ".heic", ".heif", ".hif", ".heics", ".heifs", ".avif"}
    return sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in endings)


def read_tags(folder: Path) -> dict[str, Tags]:
    """File name → every tag that exiftool knows, unknown and repeated ones ("PNG:Copy1:...") too, raw values."""
    command = ["exiftool", "-j", "-G1:4", "-a", "-u", "-U", "-n", "-b", "-ee3", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return {Path(tags["SourceFile"]).name: tags for tags in json.loads(told.stdout or "[]")}


def foreign(tags: Tags, ours: Tags) -> list[str]:
    """The names of all tags that are neither structure nor, to the value, what we declare. `ours`: tags of a picture of
    the same kind that was made of no photo; each of them must be there.
    """
    expected = {**{name: value for name, value in ours.items() if name.startswith(COLOUR)}, **DECLARED, **DENSITY}
    names = [name for name in tags if not name.startswith(ABOUT_THE_FILE)]
    strange = [n for n in names if (tags[n] != expected[n] if n in expected else n not in STRUCTURE)]
    return strange + [f"{name} is missing" for name in expected if name not in tags and name in ours]


def our_tags() -> dict[str, Tags]:
    """Ending → the tags of an export that never saw a photo."""
    with tempfile.TemporaryDirectory() as folder:
        write(np.asarray(Image.linear_gradient("L").convert("RGB")), Path(folder) / "ours")
        return {Path(name).suffix: tags for name, tags in read_tags(Path(folder)).items()}


def write(pixels: Pixels, stem: Path) -> None:
    """The pixels as a file of every kind."""
    for kind, ending in KINDS.items():
        stem.with_suffix(ending).write_bytes(export(pixels, ExportOrder(media_type=kind), trained=False).data)


def check(files: Iterable[Path], *, say: Callable[[str], None] | None = None) -> Tally:
    """Read, export, judge every file. `say`: called with a line now and then."""
    tally, ours = Tally(), our_tags()
    for heap in heaps(list(files), OUTPUTS_AT_ONCE // len(KINDS)):
        with tempfile.TemporaryDirectory() as folder:
            names = {}
            for number, path in enumerate(heap):
                names[f"{number:04}"] = path
                take(path, Path(folder) / f"{number:04}", tally)
            judge(Path(folder), names, ours, tally)
        if say:
            say(f"{tally.files} files, {tally.outputs} outputs, {len(tally.faults)} faults")
    return tally


def take(path: Path, stem: Path, tally: Tally) -> None:
    """One file: pixels out in every format, or counted among the refused."""
    tally.files += 1
    refusal = in_a_child(lambda: read_and_write(path, stem))
    if refusal:
        tally.refused[refusal] += 1
    else:
        tally.read += 1


def read_and_write(path: Path, stem: Path) -> str:
    """Write the file and its exports beside `stem`; returns "" or the slug of what it was refused with."""
    data = path.read_bytes()
    try:
        pixels = photo.read(data).pixels
    except PhotoError as refusal:
        return refusal.slug
    write(pixels, stem)
    stem.with_name(f"{stem.name}{INPUT}").write_bytes(data)
    return ""


def in_a_child(work: Callable[[], str]) -> str:
    """What `work` returns, from a process of its own: strangers' files crash decoders. How it died, if it died."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(into, work().encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(into)
    with open(out, encoding="utf-8") as pipe:  # noqa: PTH123 - a number, not a path
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return said if code == 0 else f"(decoder died of {signal.Signals(-code).name if code < 0 else code})"


def judge(folder: Path, names: dict[str, Path], ours: dict[str, Tags], tally: Tally) -> None:
    """Every output's tags; and, so that a blind judge is noticed, how many tags the inputs had."""
    for name, tags in sorted(read_tags(folder).items()):
        if name.endswith(INPUT):
            tally.carried += len(foreign(tags, {}))
            continue
        tally.outputs += 1
        ending, source = Path(name).suffix, names[Path(name).stem]
        tally.faults += [f"{source.name} → {ending}: {tag}" for tag in foreign(tags, ours[ending])]


def heaps(files: list[Path], size: int) -> Iterator[list[Path]]:
    for start in range(0, len(files), size):
        yield files[start : start + size]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    begun = time.perf_counter()
    tally = check(image_files(parser.parse_args().folders), say=lambda line: print(line, flush=True))
    print(f"{tally.files} image files: {tally.read} read, {tally.refused.total()} refused")
    for slug, count in tally.refused.most_common():
        print(f"  refused as {slug}: {count}")
    print(f"{tally.carried} tags in what was read, beside structure; {tally.outputs} outputs judged by exiftool")
    print(f"foreign tags in outputs: {len(tally.faults)}; {time.perf_counter() - begun:.0f} s")
    for fault in tally.faults:
        print(f"  {fault}")
    return 1 if tally.faults or tally.outputs != len(KINDS) * tally.read else 0


if __name__ == "__main__":
    sys.exit(main())
