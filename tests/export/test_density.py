"""A picture made for paper says how large it is to be printed, and nothing more."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess

import numpy as np
import pytest
from PIL import Image

from stylize.errors import ExportVerifyFailed
from stylize.export import export
from stylize.export.encode import JPEG, PNG, WEBP
from stylize.export.label import xmp_packet
from stylize.export.verify import verify
from stylize.models import ExportOrder, Pixels

XMP = xmp_packet(trained=False)


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    ramp = np.add.outer(np.arange(80), np.arange(64))
    return np.dstack([ramp, 255 - ramp, ramp // 2]).astype(np.uint8)


@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_it_is_printed_in_true_size(pixels: Pixels, media_type: str) -> None:
    order = ExportOrder(media_type=media_type)
    data = export(pixels, order, trained=False, dpi=300).data
    with Image.open(io.BytesIO(data)) as picture:
        assert [round(number) for number in picture.info["dpi"]] == [300, 300]
    with Image.open(io.BytesIO(export(pixels, order, trained=False).data)) as plain:
        assert "dpi" not in plain.info


def test_a_webp_has_no_place_for_it(pixels: Pixels) -> None:
    order = ExportOrder(media_type=WEBP)
    assert export(pixels, order, trained=False, dpi=300) == export(pixels, order, trained=False)


@pytest.mark.parametrize("media_type", [PNG, JPEG])
@pytest.mark.parametrize("said", [None, 72])
def test_another_density_than_ordered_is_refused(pixels: Pixels, media_type: str, said: int | None) -> None:
    order = ExportOrder(media_type=media_type)
    data = export(pixels, order, trained=False, dpi=300).data
    verify(data, order, pixels, XMP, 300)
    with pytest.raises(ExportVerifyFailed):
        verify(data, order, pixels, XMP, said)


def test_a_density_that_is_none_is_refused(pixels: Pixels) -> None:
    data = export(pixels, ExportOrder(media_type=JPEG), trained=False).data
    odd = data[:13] + struct.pack(">BHH", 1, 4711, 4711) + data[18:]
    with pytest.raises(ExportVerifyFailed, match="density"):
        verify(odd, ExportOrder(media_type=JPEG), pixels, XMP)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_exiftool_finds_the_density_and_nothing_foreign(pixels: Pixels, media_type: str) -> None:
    data = export(pixels, ExportOrder(media_type=media_type), trained=False, dpi=300).data
    read = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", "-"], input=data, capture_output=True, check=True)
    (tags,) = json.loads(read.stdout)
    groups = {name.partition(":")[0] for name in tags}
    ours = {"XMP-xmp", "XMP-iptcExt", "XMP-x", "ICC_Profile", "ICC-header", "ICC-chrm", "PNG-pHYs", "JFIF", "PNG"}
    assert groups <= ours | {"SourceFile", "ExifTool", "File", "System", "Composite"}
    if media_type == PNG:
        assert (tags["PNG-pHYs:PixelsPerUnitX"], tags["PNG-pHYs:PixelUnits"]) == (11811, "meters")
    else:
        assert (tags["JFIF:XResolution"], tags["JFIF:ResolutionUnit"]) == (300, "inches")
