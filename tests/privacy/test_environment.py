"""The switches are set before anything reads them, and the lock says so when it comes too late."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stylize.privacy.environment import DROPPED, MUTE, SWITCHES, WATCHED

CLEAN = {name: value for name, value in os.environ.items() if name not in SWITCHES}


def _python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env={**CLEAN, **environment}, capture_output=True, text=True, check=False
    )


def test_importing_the_package_sets_every_switch_and_loads_nothing_heavy() -> None:
    code = "import json, os, sys, stylize;print(json.dumps([dict(os.environ), sorted(sys.modules), oct(os.umask(0))]))"
    environment, modules, umask = json.loads(_python(code).stdout)
    assert {name: environment.get(name) for name in SWITCHES} == SWITCHES
    assert not {"torch", "diffusers", "gradio", "transformers", "cv2", "numpy", "PIL"} & set(modules)
    assert umask == "0o77"


@pytest.mark.parametrize("name", [*DROPPED, *(n.upper() for n in DROPPED)])
def test_a_variable_that_routes_or_identifies_is_dropped(name: str) -> None:
    done = _python("import os, stylize; print([n for n in os.environ])", **{name: "http://planted.invalid:1"})
    assert done.returncode == 0
    assert repr(name) not in done.stdout


@pytest.mark.parametrize("library", MUTE)
@pytest.mark.parametrize("inherited", [False, True], ids=["first", "child"])
def test_what_only_tells_its_makers_cannot_be_imported(library: str, inherited: bool, tmp_path: Path) -> None:
    (tmp_path / f"{library}.py").write_text("print('it runs')")
    code = f"from stylize.privacy import lock_down; lock_down()\ntry:\n    import {library}\nexcept ImportError:\n    print('no')"
    switches = SWITCHES if inherited else {}
    assert _python(f"import {library}", PYTHONPATH=str(tmp_path)).stdout == "it runs\n", "it is there"
    assert _python(code, PYTHONPATH=str(tmp_path), **switches).stdout == "no\n"


@pytest.mark.parametrize("library", WATCHED)
def test_a_library_that_was_first_is_named_at_the_first_call(library: str) -> None:
    code = (
        f"import sys, types; sys.modules[{library!r}] = types.ModuleType({library!r})\n"
        "import stylize\n"
        "try:\n    stylize.run(b'')\nexcept stylize.PrivacyError as problem:\n    print(problem.slug, problem)"
    )
    done = _python(code)
    assert done.stdout.startswith("imported-too-early")
    assert library in done.stdout


def test_a_second_lock_down_is_quiet_even_after_imports() -> None:
    code = "import sys, types, stylize; sys.modules['gradio'] = types.ModuleType('gradio');"
    code += "from stylize.privacy import lock_down; lock_down(); print('quiet')"
    assert _python(code).stdout == "quiet\n"


def test_what_gradio_writes_over_is_put_back_and_an_engine_can_still_be_loaded() -> None:
    """Gradio says "True" for one of the switches as soon as a page is built."""
    code = "import os, stylize, gradio; gradio.Blocks(analytics_enabled=False)\n"
    code += "from stylize.privacy.environment import SWITCHES, lock_down\n"
    code += "changed = [name for name, value in SWITCHES.items() if os.environ.get(name) != value]\n"
    code += "lock_down(); print(changed, [n for n, v in SWITCHES.items() if os.environ.get(n) != v])"
    done = _python(code)
    assert done.stdout == "['HF_HUB_DISABLE_TELEMETRY'] []\n", done.stderr


def test_the_hub_library_really_reads_the_switch() -> None:
    code = "import stylize, huggingface_hub.constants as c; print(c.HF_HUB_OFFLINE, c.HF_HUB_DISABLE_TELEMETRY)"
    assert _python(code, HF_HUB_OFFLINE="0").stdout == "True True\n"
