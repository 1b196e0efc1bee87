"""Gradio starts on the foundations and answers behind the wall, whatever of them the machine gives."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from stylize.privacy import kernel

pytestmark = [
    pytest.mark.skipif(kernel.machine() is None, reason="the wall is for Linux on x86-64 and aarch64"),
    pytest.mark.slow,
]

HERE = Path(__file__).parents[2]
NO_RIGHTS = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs", "--"]
MACHINES = {
    "as the user": ([], []),
    "without rights": (NO_RIGHTS, []),
    "without namespaces": ([], ["unshare"]),
    "without namespaces and Landlock": ([], ["unshare", "landlock_create_ruleset"]),
}


def _ask(port: int, path: str, body: dict[str, Any] | None = None) -> bytes:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"} if data else {}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return answer.read()


@pytest.mark.parametrize("machine", MACHINES)
def test_a_page_of_gradio_starts_and_answers(machine: str) -> None:
    before, lacking = MACHINES[machine]
    if before and not shutil.which(before[0]):
        pytest.skip("setpriv is not installed")
    process = subprocess.Popen(
        [*before, sys.executable, str(Path(__file__).with_name("page_behind_wall.py")), *lacking],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HERE,
        env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "PYTHONPATH": str(HERE)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, process.communicate(timeout=20)[1]
        told = json.loads(line)
        print(machine, told)
        assert "seccomp" in told["stands"]
        assert b"gradio" in _ask(told["port"], "/").lower()
        event = json.loads(_ask(told["port"], "/gradio_api/call/turn", {"data": ["wall"]}))["event_id"]
        assert b"llaw" in _ask(told["port"], f"/gradio_api/call/turn/{event}")
        said, complaints = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    ended = json.loads(said.splitlines()[-1])
    assert ended["left"] is False
    assert "Traceback" not in complaints
    assert process.returncode == 0
