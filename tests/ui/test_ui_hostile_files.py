"""The running page is fed hostile files, one after the other: each gets an answer, and the next good photo a toy's chance.

`HOSTILE_FILES=1000 python -m pytest tests/ui/test_ui_hostile_files.py -s` feeds a thousand and tells how they ended.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.photo.darkroom.hostile import Attack, attacks

COUNT = int(os.environ.get("HOSTILE_FILES", "76"))
GROWTH_BYTES = 250_000_000
"""By how much the server may grow: the shelf keeps the last four photos, of 28 MB at most each; the rest are arenas."""
HEAD = b'--X\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'


def _sent(attack: Attack) -> tuple[dict[str, str], bytes]:
    """Head and body. A boundary that no header can carry never arrives; its form is sent as a file then."""
    if attack.boundary is not None and attack.boundary.isascii() and attack.boundary.isprintable():
        return {"Content-Type": f"multipart/form-data; boundary={attack.boundary}"}, attack.body
    return {"Content-Type": "multipart/form-data; boundary=X"}, HEAD + attack.body + b"\r\n--X--\r\n"


def _resident_bytes(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.timeout(60 + 4 * COUNT)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc here to see the server's size")
def test_the_page_survives_hostile_files(start_page: Callable[..., Any], portraits: dict[str, bytes]) -> None:
    page = start_page()
    page.open()

    def good_photo_is_taken() -> bool:
        headers, body = _sent(Attack(kind="good", body=portraits["biden"]))
        answer = page.ask("/en/gradio_api/upload", "POST", headers, body)
        (name,) = json.loads(answer.read())
        return page.ask(f"/en/gradio_api/file={name}").read()[:4] == b"RIFF"

    assert good_photo_is_taken()
    before = _resident_bytes(page.process.pid)
    ended: Counter[int] = Counter()
    slowest = 0.0
    begun = time.monotonic()
    for attack in attacks(COUNT, seed=11):
        headers, body = _sent(attack)
        started = time.monotonic()
        answer = page.ask("/en/gradio_api/upload", "POST", headers, body)
        said = answer.read()
        slowest = max(slowest, time.monotonic() - started)
        ended[answer.status] += 1
        assert answer.status in (200, 400, 411, 413, 431), attack.kind
        assert answer.status != 200 or json.loads(said)[0].startswith("photo/")
    print(f"{COUNT} files, {time.monotonic() - begun:.0f} s, slowest {slowest:.1f} s, answers {dict(ended)}")
    assert ended[200] > COUNT // 3
    assert good_photo_is_taken()
    assert page.process.poll() is None
    grown = _resident_bytes(page.process.pid) - before
    print(f"the server has grown by {grown / 1e6:.0f} MB")
    assert grown < GROWTH_BYTES
