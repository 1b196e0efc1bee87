"""Printed pages: true size, 300 dpi, and nothing in the file but pixels, lines and the label."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stylize.errors import ExportVerifyFailed, OutOfRange
from stylize.export import export_pages
from stylize.export.containers import Malformed
from stylize.export.label import LABELS, xmp_packet
from stylize.export.pdf import _bound, write_pdf
from stylize.export.pdf_verify import pdf_objects, verify_pdf
from stylize.paper import PAPERS, Line, Page, Paper, to_px

XMP = xmp_packet(trained=False)
POINTS_PER_MM = 72 / 25.4


def page(paper: Paper, *lines: Line) -> Page:
    """A sheet with a red field from (20, 30) to (120, 90) mm."""
    pixels = np.full((round(to_px(paper.height_mm)), round(to_px(paper.width_mm)), 3), 255, np.uint8)
    left, top, right, bottom = (round(to_px(mm)) for mm in (20, 30, 120, 90))
    pixels[top:bottom, left:right] = (210, 30, 40)
    return Page(paper=paper, pixels=pixels, lines=lines)


RULE = Line(points=((30.0, 200.0), (80.0, 200.0)), grey=0.0)
A4 = page(PAPERS["a4"], RULE, Line(points=((10.0, 10.0), (50.0, 10.0), (50.0, 20.0)), dashed=True, closed=True))
DATA = write_pdf([A4], XMP)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=lambda paper: paper.slug)
def test_a_page_has_its_paper_s_size_and_300_dots_an_inch(paper: Paper) -> None:
    data = export_pages([page(paper), page(paper, RULE)], trained=False).data
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert len(boxes) == 2
    for box in boxes:
        assert [float(side) / POINTS_PER_MM for side in box] == pytest.approx(
            [paper.width_mm, paper.height_mm], abs=0.01
        )
    drawn = re.findall(rb"q ([\d.]+) 0 0 ([\d.]+) 0 (-?[\d.]+) cm /P Do Q", data)
    sizes = re.findall(rb"/Width (\d+) /Height (\d+) ", data)
    for (across, down, low), (width, height) in zip(drawn, sizes, strict=True):
        assert int(width) * 72 / float(across) == pytest.approx(300, abs=0.01)
        assert int(height) * 72 / float(down) == pytest.approx(300, abs=0.01)
        assert float(low) + float(down) == pytest.approx(paper.height_mm * POINTS_PER_MM, abs=0.01)


def test_the_file_holds_the_label_and_no_more() -> None:
    done = export_pages([A4], trained=True)
    assert (done.media_type, done.labels) == ("application/pdf", LABELS)
    objects = pdf_objects(done.data)
    assert objects[2].stream == xmp_packet(trained=True)
    heads = b"\n".join(entry.head for entry in objects)
    for word in (
        b"(",
        b"/Info",
        b"/ID",
        b"Date",
        b"Producer",
        b"Creator",
        b"/Font",
        b"JavaScript",
        b"/Annots",
        b"/URI",
    ):
        assert word not in heads
    assert b"/PrintScaling /None" in heads


def test_equal_pages_equal_bytes() -> None:
    assert write_pdf([A4, A4], XMP) == write_pdf([page(A4.paper, *A4.lines)] * 2, XMP)


def test_no_page_is_no_file() -> None:
    with pytest.raises(OutOfRange):
        export_pages([], trained=False)


def _with_object(head: bytes) -> bytes:
    """The file with one dictionary more, its table of places made anew."""
    objects = [entry.head + (b"" if entry.stream is None else b"\nstream\n" + entry.stream + b"\nendstream")
               for entry in pdf_objects(DATA)]  # fmt: skip
    return _bound([*objects, head])


def _replaced(old: bytes, new: bytes) -> bytes:
    assert old in DATA
    assert len(old) == len(new)
    return DATA.replace(old, new, 1)


@pytest.mark.parametrize(
    "planted",
    [
        DATA + b"% a remark",
        DATA.replace(b"xref\n", b"% a remark\nxref\n", 1),
        _with_object(b"<< /Author (somebody) >>"),
        _with_object(b"<< /Type /Page >>"),
        _replaced(b"/PrintScaling /None", b"/JavaScript (alert)"),
        _replaced(b"/Subtype /XML", b"/Author (abc)"),
        _replaced(b"algorithmicMedia", b"digitalCapture!!"),
        _replaced(b"/P Do Q", b"(ab) Tj"),
        _replaced(b"595.276", b"595.200"),
        _replaced(b"JFIF\x00", b"Exif\x00"),
        DATA[:-1],
        b"%PDF-1.4\n" + DATA,
    ],
)
def test_what_is_planted_is_refused(planted: bytes) -> None:
    with pytest.raises(ExportVerifyFailed):
        verify_pdf(planted, [A4], XMP)


def test_a_picture_with_a_remark_or_of_something_else_is_refused() -> None:
    buffer = io.BytesIO()
    Image.fromarray(A4.pixels).save(buffer, "JPEG", quality=94, subsampling=0, dpi=(300, 300), comment=b"somebody")
    old = pdf_objects(DATA)[-1]
    assert old.stream is not None
    assert b"somebody" in buffer.getvalue()
    head = old.head.replace(b"/Length %d" % len(old.stream), b"/Length %d" % len(buffer.getvalue()))
    objects = [entry.head + (b"" if entry.stream is None else b"\nstream\n" + entry.stream + b"\nendstream")
               for entry in pdf_objects(DATA)[:-1]]  # fmt: skip
    with pytest.raises(ExportVerifyFailed, match="picture"):
        verify_pdf(_bound([*objects, head + b"\nstream\n" + buffer.getvalue() + b"\nendstream"]), [A4], XMP)
    other = Page(paper=A4.paper, pixels=np.roll(A4.pixels, 400, axis=1), lines=A4.lines)
    with pytest.raises(ExportVerifyFailed, match="pixels"):
        verify_pdf(DATA, [other], XMP)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_a_changed_byte_outside_the_picture_is_noticed(where: int, flip: int) -> None:
    picture = pdf_objects(DATA)[-1].stream
    assert picture is not None
    begin = DATA.index(picture)
    broken = bytearray(DATA)
    broken[where] ^= flip
    try:
        objects = pdf_objects(bytes(broken))
    except Malformed:
        return
    same = [(entry.head, entry.stream) for entry in objects] == [(e.head, e.stream) for e in pdf_objects(DATA)]
    assert not same
    assert begin <= where < begin + len(picture) or where < begin


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler-utils to look at a PDF with other eyes")
def test_another_reader_sees_true_sizes(tmp_path: Path) -> None:
    (tmp_path / "sheet.pdf").write_bytes(DATA)
    subprocess.run(["pdftoppm", "-r", "254", "-png", "sheet.pdf", "seen"], cwd=tmp_path, check=True, timeout=60)
    with Image.open(next(tmp_path.glob("seen*.png"))) as picture:
        seen = np.asarray(picture.convert("RGB")).astype(int)  # ten pixels a millimetre
    assert seen.shape[:2] == pytest.approx((2970, 2100), abs=1)
    red = np.nonzero((seen[..., 0] > 150) & (seen[..., 1] < 90))
    assert [red[1].min(), red[1].max(), red[0].min(), red[0].max()] == pytest.approx([200, 1199, 300, 899], abs=2)
    rule = np.nonzero((seen[1980:2020].max(-1) < 120).any(0))[0]
    assert rule.max() - rule.min() == pytest.approx(500, abs=6)
