"""The metadata report: what exiftool planted is found again, in plain words and in the right group."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from stylize import photo
from stylize.models import Found
from stylize.photo.formats import Format
from stylize.photo.metadata import exif, photoshop, xmp
from stylize.photo.metadata.report import report
from stylize.photo.metadata.words import GROUPS, group_of

CAMERA = Path(__file__).parents[1] / "data" / "camera"
NAMES = ("phone.jpg", "phone.png", "phone.webp", "phone.heic", "phone.avif")

EVERYWHERE = {
    "NeedleMake": "device",
    "NeedleModel": "device",
    "NeedleLens": "device",
    "NeedleSerial": "device",
    "NeedleOwner": "person",
    "NeedleArtist": "person",
    "NeedleCopyright": "person",
    "NeedleComment": "person",
    "NeedleDescription": "person",
    "NeedleXpAuthor": "person",
    "NeedleXmpCreator": "person",
    "NeedleXmpPerson": "person",
    "NeedleFaceName": "person",
    "NeedleXmpCity": "place",
    "NeedleXmpTool": "software",
    "NeedleSoftware": "software",
    "2026:05:04 11:22:33": "time",
    "+02:00": "time",
    "52.51627° north, 13.37772° east": "place",
}


def found_in(name: str) -> tuple[Found, ...]:
    return photo.read((CAMERA / name).read_bytes()).found


@pytest.mark.parametrize("name", NAMES)
def test_every_needle_is_found(name: str) -> None:
    told = {one.value: one.group for one in found_in(name)}
    assert {needle: told.get(needle) for needle in EVERYWHERE} == EVERYWHERE


@pytest.mark.parametrize("name", NAMES)
def test_groups_are_filled_and_in_order(name: str) -> None:
    found = found_in(name)
    counts = Counter(one.group for one in found)
    assert set(counts) <= set(GROUPS)
    assert counts["place"] >= 8
    assert counts["time"] >= 2
    assert counts["device"] >= 4
    assert counts["person"] >= 8
    assert counts["software"] >= 2
    order = [GROUPS.index(one.group) for one in found]
    assert order == sorted(order)


def test_jpeg_has_more() -> None:
    told = {one.value: one.group for one in found_in("phone.jpg")}
    for needle, group in (
        ("NeedleIptcByline", "person"),
        ("NeedleIptcCity", "place"),
        ("NeedleKeyword", "person"),
        ("NeedleJpegComment", "person"),
        ("http://needle.example", "software"),
    ):
        assert told[needle] == group
    assert any(one.group == "thumbnail" and "small copy" in one.value for one in found_in("phone.jpg"))


def test_png_has_more() -> None:
    told = {one.value: one.group for one in found_in("phone.png")}
    assert told["NeedlePngComment"] == "person"
    assert told["NeedlePngAuthor"] == "person"
    assert told["2025-01-02 03:04:05"] == "time"


def test_a_clean_picture_has_nothing() -> None:
    out = io.BytesIO()
    Image.new("RGB", (100, 100), "teal").save(out, "JPEG")
    assert photo.read(out.getvalue()).found == ()


def test_pictures_and_films_behind_the_end() -> None:
    data = (CAMERA / "phone.jpg").read_bytes()
    assert any(one.name == "Second picture" for one in photo.read(data + data).found)
    assert any(one.name == "Film" for one in photo.read(data + b"\0\0\0\x18ftypmp42" + b"\1" * 500).found)
    assert any(one.name == "Data behind the picture" for one in photo.read(data + b"secret" * 9).found)
    png = (CAMERA / "phone.png").read_bytes()
    assert any(one.name == "Data behind the picture" for one in photo.read(png + b"secret" * 9).found)


def test_segments_of_phones_and_makers() -> None:
    out = io.BytesIO()
    Image.new("RGB", (100, 100), "teal").save(out, "JPEG")
    plain = out.getvalue()

    def with_segment(marker: int, body: bytes) -> tuple[Found, ...]:
        return photo.read(
            plain[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body + plain[2:]
        ).found

    assert with_segment(0xE2, b"MPF\0" + b"\0" * 60)[0].group == "thumbnail"
    assert with_segment(0xEB, b"JP\0\0\0\0\0\1\0\0\0\x40jumb\0\0\0\x20jumdc2pa")[0].group == "software"
    assert with_segment(0xE7, b"MakerThing\0" + b"\1" * 30)[0].group == "other"


def test_colour_profile_is_described() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for file_type in ("JPEG", "PNG", "WEBP", "AVIF"):
        out = io.BytesIO()
        Image.new("RGB", (100, 100), "teal").save(out, file_type, icc_profile=profile)
        colours = [one for one in photo.read(out.getvalue()).found if one.group == "colour"]
        assert any("sRGB" in one.value for one in colours), file_type


def test_packed_text_is_unpacked_within_bounds() -> None:
    info = PngInfo()
    info.add_text("parameters", "NeedlePrompt, a castle", zip=True)
    info.add_itxt("Title", "NeedleTitel äöü", zip=True)
    out = io.BytesIO()
    Image.new("RGB", (100, 100), "teal").save(out, "PNG", pnginfo=info)
    told = {one.value: one.group for one in photo.read(out.getvalue()).found}
    assert told["NeedlePrompt, a castle"] == "software"
    assert told["NeedleTitel äöü"] == "person"


def test_long_values_are_cut_short() -> None:
    info = PngInfo()
    info.add_text("Comment", "x" * 100_000)
    out = io.BytesIO()
    Image.new("RGB", (100, 100), "teal").save(out, "PNG", pnginfo=info)
    assert all(len(one.value) < 400 for one in photo.read(out.getvalue()).found)


def test_values_stay_out_of_representations() -> None:
    assert "Needle" not in repr(photo.read((CAMERA / "phone.jpg").read_bytes()))


def test_expanding_xml_is_not_parsed() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&a;</x>'
    assert xmp.read(bomb)[0].value.endswith("cannot be read")


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("GPSDateStamp", "place"),
        ("DateTimeOriginal", "time"),
        ("ExposureTime", "device"),
        ("ThumbnailOffset", "thumbnail"),
        ("ColorSpace", "colour"),
        ("CameraOwnerName", "person"),
        ("Nonsense", "other"),
    ],
)
def test_groups_by_name(name: str, group: str) -> None:
    assert group_of(name) == group


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(list(Format)))
def test_the_report_never_raises(junk: bytes, kind: Format) -> None:
    report(junk, kind)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_damaged_exif_is_passed_over(junk: bytes, head: bytes) -> None:
    for tag in exif.tags(head + junk):
        exif.text(tag)
    photoshop.read(b"8BIM" + junk)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_freshly_planted_tags(tmp_path: Path) -> None:
    """What exiftool writes today, counted against what it says itself it wrote."""
    out = tmp_path / "photo.jpg"
    Image.new("RGB", (100, 100), "teal").save(out)
    planted = {
        "EXIF:Make": "FreshMake", "EXIF:Artist": "FreshArtist", "EXIF:HostComputer": "FreshHost",
        "IFD0:PageName": "FreshPage", "ExifIFD:ImageUniqueID": "FreshUnique", "IPTC:Headline": "FreshHeadline",
        "IPTC:Contact": "FreshContact", "XMP-dc:Title": "FreshTitle", "XMP-photoshop:Country": "FreshCountry",
        "XMP-exifEX:LensModel": "FreshLens", "XMP-iptcExt:PersonInImage": "FreshPerson", "GPS:GPSMapDatum": "FreshDatum",
        "XMP-xmpMM:DocumentID": "FreshDocument",
    }  # fmt: skip
    command = [
        "exiftool",
        "-q",
        "-overwrite_original",
        *(f"-{tag}={value}" for tag, value in planted.items()),
        str(out),
    ]
    subprocess.run(command, check=True)
    values = {one.value for one in photo.read(out.read_bytes()).found}
    assert set(planted.values()) <= values
