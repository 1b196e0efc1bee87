"""A whole visit, from the first click to the last: not one packet but those between browser and page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.session_in_namespace import CHROMIUM, CONTROLS, NOT_HERE

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="there is no Chromium here"),
]


def test_a_whole_visit_sends_nothing_to_anyone_else(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.ui.session_in_namespace", str(data / "camera/phone.jpg"), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    if done.returncode == NOT_HERE:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])

    assert told["face"]
    assert sorted(told["files"]) == ["JPEG", "PNG", "WebP"], "the visit was a real one"
    assert told["packets"] > 100
    assert told["bytes"] > 1_000_000, "and its packets were seen"
    assert told["lost"] == 0
    assert set(CONTROLS) == {name for name, packets in told["controls"].items() if packets}, "any other would be too"

    assert told["at_start"] == {}
    assert told["others"] == {}
    assert told["attempts"] == 0
    assert told["look_ups"] == 0
    assert told["asked_elsewhere"] == []
