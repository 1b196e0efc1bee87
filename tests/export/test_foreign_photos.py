"""Whatever the files in tests/data carry, exiftool finds nothing of it in what we make of them."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.check_foreign_photos import KINDS, Tally, check, foreign, image_files, judge, our_tags, read_tags, write

pytestmark = [
    pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed"),
    pytest.mark.skipif(sys.platform == "win32", reason="the check reads each file in a forked process"),
]


def test_nothing_foreign_in_what_is_made_of_our_test_photos(data: Path) -> None:
    files = image_files([data])
    tally = check(files)
    assert tally.faults == []
    assert (tally.files, tally.read) == (len(files), len(files)), tally.refused
    assert tally.outputs == len(files) * len(KINDS)
    assert tally.carried > 50 * len([path for path in files if path.stem == "phone"]), "the photos do carry something"


def test_the_judge_sees_what_a_careless_program_leaves(data: Path, tmp_path: Path) -> None:
    """The positive control: Pillow's own re-save, the label in place, and one tag of ours changed."""
    with Image.open(data / "camera/phone.jpg") as picture:
        exif, pixels = picture.getexif(), np.asarray(picture.convert("RGB"))
    ours = our_tags()
    write(pixels, tmp_path / "0000")
    tally = Tally()
    judge(tmp_path, {"0000": data}, ours, tally)
    assert tally.faults == []
    for kind, ending in KINDS.items():
        with Image.open(tmp_path / f"0000{ending}") as done:
            again = io.BytesIO()
            done.save(again, kind.removeprefix("image/"), exif=exif)
        (tmp_path / f"0000{ending}").write_bytes(again.getvalue())
    judge(tmp_path, {"0000": data}, ours, tally)
    for ending in KINDS.values():
        assert any(f"→ {ending}: IFD0:Make" in fault for fault in tally.faults), ending
    told = {**read_tags(tmp_path)["0000.jpg"], "XMP-xmp:CreatorTool": "Toyphone"}
    assert "XMP-xmp:CreatorTool" in foreign(told, ours[".jpg"])


def test_a_decoder_that_dies_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries' own test files crash libraries: the check goes on with the next one."""
    import os
    import signal

    from stylize import photo

    monkeypatch.setattr(photo, "read", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    (tmp_path / "bad.heic").write_bytes(b"anything")
    tally = check(image_files([tmp_path]))
    assert dict(tally.refused) == {"(decoder died of SIGKILL)": 1}
