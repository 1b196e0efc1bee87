"""What the image encoder makes of a face is in memory alone: in no file, receipt, plan or result, whatever is written of a run."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stylize.cli import main
from stylize.engines.diffusion import ip_adapter
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.geometry import Size
from stylize.models import DenoiseOverride, Request
from stylize.receipt import languages, to_json, to_text
from stylize.settings import Settings
from stylize.workshop import Workshop

FolderOf = Callable[[str], Path]
SHARED = Path("/dev/shm")
NUMBERS = 6
"""So many in a row are no accident."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything goes that a run may want to write: home, caches, temporary files, the current folder."""
    for name in [name for name in os.environ if name.startswith("STYLIZE_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Copies of all that the encoder makes of faces: (1, 2, tokens, width) float32, the second of the two is the face."""
    kept: list[Any] = []
    really = ip_adapter.encode_face

    def encode(*things: Any) -> list[Any]:
        embeds = really(*things)
        kept.extend(part.detach().float().cpu().numpy().copy() for part in embeds)
        return embeds

    monkeypatch.setattr(ip_adapter, "encode_face", encode)
    return kept


def needles(embeds: list[Any]) -> list[bytes]:
    """A few numbers in a row from the middle of the face's, as they would be written: in 64, 32 and 16 bits, and as text."""
    found: list[bytes] = []
    for whole in embeds:
        numbers = whole.reshape(-1)
        some = numbers[-numbers.size // 4 :][:NUMBERS]
        assert np.unique(some).size == NUMBERS
        found += [some.astype(kind).tobytes() for kind in (np.float64, np.float32, np.float16)]
        found.append((some.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).tobytes())  # bfloat16
        found += [f"{number:.5f}".encode() for number in some]
    return found


def told_by(thing: Any, depth: int = 0) -> Iterator[bytes]:
    """Everything that lies in a carrier: numbers as bytes, the rest as words."""
    if isinstance(thing, np.ndarray):
        yield thing.tobytes()
    elif isinstance(thing, bytes):
        yield thing
    elif is_dataclass(thing) and not isinstance(thing, type):
        for one in fields(thing):
            yield from told_by(getattr(thing, one.name), depth + 1)
    elif isinstance(thing, dict | list | tuple | set | frozenset):
        for one in thing.items() if isinstance(thing, dict) else thing:
            yield from told_by(one, depth + 1)
    else:
        assert "torch" not in type(thing).__module__, "a tensor in what is handed back"
        yield repr(thing).encode()


def files_with(needles: list[bytes], *folders: Path, since: float) -> list[Path]:
    there = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    young = [path for path in there if path.stat().st_mtime >= since - 1]
    return [path for path in young if any(needle in path.read_bytes() for needle in needles)]


def test_no_file_of_a_run_holds_it(
    guided: FolderOf, home: Path, seen: list[Any], portraits: dict[str, bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    begun = time.time()
    (home / "selfie.jpg").write_bytes(portraits["astronaut"])
    words = (
        *("make", "selfie.jpg", "--consent", "--engine", "diffusion", "--ip-adapter-scale", "0.6", "--no-face-pass"),
        *("--weights", str(guided("sd15")), "--device", "cpu", "--size", "256x256", "--num-inference-steps", "2"),
        *("--init-image", "subject", "--strength", "0.5", "--seed", "5", "--json", "--out", "a.png"),
        *("--receipt", "a.json", "--print", "a.pdf"),
    )
    assert main(words) == 0
    looked_for = needles(seen)
    assert looked_for, "no face was looked at"
    said = capfd.readouterr()
    assert json.loads((home / "a.json").read_text())["denoise"]["ip_adapter_scale"] == "0.6"
    assert {path.name for path in home.rglob("*") if path.is_file()} == {"selfie.jpg", "a.png", "a.json", "a.pdf"}
    places = (home, guided("sd15").parent, *([SHARED] if SHARED.exists() else []))
    assert files_with(looked_for, *places, since=begun) == []
    assert not any(needle in (said.out + said.err).encode() for needle in looked_for)
    np.save(home / "planted.npy", seen[0])
    assert files_with(looked_for, *places, since=begun) == [home / "planted.npy"], "it would have been found"


def test_nothing_that_is_handed_back_holds_it(
    guided: FolderOf, home: Path, seen: list[Any], portraits: dict[str, bytes]
) -> None:
    request = Request(
        engine="diffusion",
        seed=5,
        size=Size(width=256, height=256),
        denoise=DenoiseOverride(
            init_image="subject", num_inference_steps=2, strength=0.5, face_pass=False, ip_adapter_scale=0.6
        ),
    )
    with Workshop(Settings(weights=guided("sd15"), device="cpu")) as workshop:
        result = workshop.run(portraits["astronaut"], request)
        engine = workshop._engines["diffusion"]
        assert isinstance(engine, DiffusionEngine)
        assert engine._loaded is not None
        ((kept, *_),) = engine._loaded.recalls.faces._kept.values()
        looked_for = needles(seen)
        assert any(needle in kept.float().numpy().tobytes() for needle in looked_for), "it is remembered in memory"
        receipts = (to_json(result.receipt), *(to_text(result.receipt, language) for language in languages()))
        told = b"\n".join([*told_by(result), *(text.encode() for text in receipts)])
        assert not any(needle in told for needle in looked_for)
        workshop.forget()
        assert not kept.any(), "and overwritten with the photo"
