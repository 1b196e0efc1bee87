"""The command line as a user meets it: real processes, real files, exit codes."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from stylize.cli import main
from stylize.cli.main import VERBS
from stylize.cli.words import GROUPS, WARNINGS
from stylize.photo.inspect import WARNINGS as warnings_of_photos  # noqa: N811

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings, no weights, wherever the tests run."""
    for name in [n for n in os.environ if n.startswith("STYLIZE_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def selfie(portraits: dict[str, bytes], tmp_path: Path) -> Path:
    path = tmp_path / "selfie.jpg"
    path.write_bytes(portraits["biden"])
    return path


def stylize(*words: str | Path, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "stylize", *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=120)


def made(*words: str | Path) -> tuple[str, ...]:
    return "make", *map(str, words), "--engine", "figure", "--seed", "1", "--size", "256x320"


def leftovers(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"selfie.jpg", "home"}


# ---------------------------------------------------------------- starting


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    code = "import sys\nfrom stylize.cli import main\ncode = main(['--help'])\n"
    code = f"import sys, atexit\natexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))\n{code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(verb in done.stdout for verb in VERBS)
    heavy = {"numpy", "cv2", "PIL", "torch", "diffusers", "gradio", "stylize.models"}
    assert not heavy & set(json.loads(done.stderr.replace("'", '"')))


def test_help_takes_a_small_multiple_of_starting_python() -> None:
    def seconds(*command: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, *command], capture_output=True, check=True)
        return time.perf_counter() - begun

    bare = min(seconds("-c", "import argparse, importlib.metadata") for _ in range(5))
    assert min(seconds("-m", "stylize", "--help") for _ in range(5)) < 4 * bare


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0
    assert "usage: stylize" in capsys.readouterr().out


def test_no_verb_is_help_and_version_is_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "COMMAND" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("stylize 0.")


# ---------------------------------------------------------------- making


def test_make_writes_a_private_whole_file(selfie: Path, tmp_path: Path) -> None:
    done = stylize(*made(selfie, "--name", "Ada", "--accessory", "Kamera", "--out", "ada.png"))
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b""
    assert b"seed 1" in done.stderr
    assert b"\r" not in done.stderr, "no progress bar without a terminal"
    with Image.open(tmp_path / "ada.png") as picture:
        assert (picture.format, picture.size) == ("PNG", (256, 320))
    assert stat.S_IMODE((tmp_path / "ada.png").stat().st_mode) == 0o600
    assert leftovers(tmp_path) == {"ada.png"}


@pytest.mark.parametrize(("out", "kind"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP")])
def test_the_ending_decides(selfie: Path, tmp_path: Path, out: str, kind: str) -> None:
    assert main([*made(selfie, "--no-box", "--quiet", "--out", out)]) == 0
    with Image.open(tmp_path / out) as picture:
        assert picture.format == kind


def test_a_pipe_in_and_a_pipe_out(selfie: Path, tmp_path: Path) -> None:
    done = stylize(*made("-", "--out", "-", "--json"), given=selfie.read_bytes())
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(PNG)
    assert json.loads(done.stderr)["out"] is None
    assert leftovers(tmp_path) == set()


def test_json_tells_what_was_made(selfie: Path) -> None:
    done = stylize(*made(selfie, "--out", "a.png", "--json", "--glasses", "--hair", "afro", "--name", "Needle"))
    told = json.loads(done.stdout)
    assert (told["width"], told["height"], told["media_type"]) == (256, 320, "image/png")
    assert (told["look"]["hair"], told["look"]["glasses"]) == ("afro", True)
    assert told["receipt"]["seed"] == 1
    assert b"Needle" not in done.stdout
    assert done.stderr == b""


def test_equal_words_equal_bytes(selfie: Path, tmp_path: Path) -> None:
    for out in ("a.png", "b.png"):
        assert main([*made(selfie, "--quiet", "--no-box", "--out", out)]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_file_that_is_there_stays_unless_forced(selfie: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.png"
    out.write_bytes(b"precious")
    assert main([*made(selfie, "--out", "a.png")]) == 2
    assert out.read_bytes() == b"precious"
    assert main([*made(selfie, "--quiet", "--out", "a.png", "--force")]) == 0
    assert out.read_bytes().startswith(PNG)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_bar_that_goes_forwards_and_away(selfie: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "stylize", *made(selfie, "--out", "a.png")]
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # how Linux says that the other side has closed
        while piece := os.read(ours, 4096):
            said += piece
    assert process.wait(60) == 0
    shares = [int(share) for share in re.findall(rb"(\d+)%", said)]
    assert len(shares) > 8
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert re.search(rb"\r +\r256 x 320", said)


# ---------------------------------------------------------------- refusing

REFUSED = [
    (("selfie.jpg", "--out", "a.gif"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "nowhere/a.png"), 2, "file-not-written"),
    (("selfie.jpg", "--out", "home"), 2, "unknown-choice"),
    (("nobody.jpg", "--out", "a.png"), 2, "file-unreadable"),
    ((".", "--out", "a.png"), 2, "file-unreadable"),
    (("selfie.jpg", "--out", "a.png", "--style", "hologram"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "a.png", "--engine", "magic"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "a.png", "--engine", "diffusion"), 6, "engine-unavailable"),
    (("selfie.jpg", "--out", "a.png", "--accessory", "zzz"), 2, "unknown-accessory"),
    (("selfie.jpg", "--out", "a.png", "--name", "x" * 60), 2, "name-too-long"),
    (("selfie.jpg", "--out", "a.png", "--skin-colour", "pale"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "a.png", "--face", "0"), 2, "out-of-range"),
    (("selfie.jpg", "--out", "a.png", "--face", "9"), 4, "no-such-face"),
    (("selfie.jpg", "--out", "a.png", "--quality", "0"), 2, "out-of-range"),
    (("selfie.jpg", "--out", "a.png", "--settings", "nowhere.toml"), 5, "declaration"),
    (("selfie.jpg", "--out", "a.png", "--strength", "7"), 2, "out-of-range"),
    (("text.jpg", "--out", "a.png"), 3, "not-an-image"),
    (("huge.jpg", "--out", "a.png"), 3, "photo-too-large"),
]


@pytest.mark.parametrize(("words", "code", "slug"), REFUSED, ids=[f"{s}-{i}" for i, (_, _, s) in enumerate(REFUSED)])
def test_a_refusal_is_a_code_a_slug_and_no_file(
    selfie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, slug: str
) -> None:
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "text.jpg").write_bytes(b"not a photo at all, but a text")
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(5_000_000_000)  # sparse: it would not fit into memory if it were read
    assert main(["make", *words, "--json"]) == code
    told = json.loads(capsys.readouterr().err)
    assert told["error"] == slug
    assert told["message"].endswith(".")
    assert leftovers(tmp_path) == {"text.jpg", "huge.jpg"}


def test_a_refusal_for_people_is_one_sentence(selfie: Path) -> None:
    done = stylize("make", "nobody.jpg", "--out", "a.png")
    assert done.returncode == 2
    assert done.stderr.startswith(b"stylize: The file cannot be opened: no such file")
    assert done.stderr.count(b"\n") == 1
    assert b"nobody" not in done.stderr


@pytest.mark.parametrize("words", [("make",), ("make", "x", "--out", "a.png", "--size", "big"), ("dance",)])
def test_wrong_words_are_code_two(words: tuple[str, ...]) -> None:
    done = stylize(*words, "--json")
    assert done.returncode == 2
    assert json.loads(done.stderr)["error"] == "usage"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(selfie: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(0o500)
    assert main([*made(selfie, "--out", str(folder / "a.png"))]) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_is_said(selfie: Path) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "stylize", "styles"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interrupting_leaves_nothing(selfie: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stylize", "make", str(selfie), "--out", "a.png", "--size", "2048x2048"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Stopped, as you asked" in said
    assert b"Traceback" not in said
    assert leftovers(tmp_path) == set()


# ---------------------------------------------------------------- telling


def told(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_styles_and_engines_and_accessories(capsys: pytest.CaptureFixture[str]) -> None:
    styles = told(capsys, "styles", "--language", "de")
    assert isinstance(styles, list)
    assert {"action-figure", "painted-anime"} <= {style["slug"] for style in styles}
    engines = told(capsys, "engines")
    assert isinstance(engines, dict)
    assert {e["name"]: e["ready"] for e in engines["engines"]} == {"diffusion": False, "figure": True, "painting": True}
    toys = told(capsys, "accessories", "Kamera")
    assert isinstance(toys, list)
    assert toys[0]["slug"] == "camera"
    assert main(["accessories", "qqqqqqq"]) == 1


@pytest.mark.parametrize("words", [("styles",), ("engines",), ("accessories", "coffee"), ("doctor",)])
def test_lists_are_for_people_too(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert len(capsys.readouterr().out) > 20


def test_inspect_tells_the_user_what_the_file_gives_away(
    selfie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Needlephone 9"
    buffer = io.BytesIO()
    with Image.open(selfie) as photo:
        photo.save(buffer, "JPEG", exif=exif)
    (tmp_path / "planted.jpg").write_bytes(buffer.getvalue())
    assert main(["inspect", "planted.jpg"]) == 0
    said = capsys.readouterr().out
    assert "Needlephone 9" in said
    assert "faces: 1" in said
    report = told(capsys, "inspect", "planted.jpg")
    assert isinstance(report, dict)
    assert len(report["faces"]) == 1
    assert "Needlephone 9" in [thing["value"] for thing in report["found"]]


def test_a_stranger_cannot_command_the_terminal(
    selfie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "before\x1b]0;owned\x07\x1b[2Jafter\r\nsecond"
    with Image.open(selfie) as photo:
        photo.save(tmp_path / "planted.jpg", exif=exif)
    assert main(["inspect", "planted.jpg"]) == 0
    said = capsys.readouterr().out
    assert "before" in said
    assert not {"\x1b", "\x07", "\r"} & set(said)


def test_every_warning_has_words() -> None:
    assert set(warnings_of_photos) <= set(WARNINGS)
    assert set(GROUPS) == {"place", "time", "device", "person", "software", "thumbnail", "colour", "other"}


def test_doctor_knows_versions_devices_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "doctor")
    assert isinstance(found, dict)
    assert found["devices"][-1] == "cpu"
    assert all(found["versions"].values())
    assert found["free_bytes"] > 100_000_000
    assert any("weights" in advice for advice in found["advice"])


def test_ui_hands_on_and_ends_as_the_page_ends() -> None:
    done = stylize("ui", "--no-such-flag")
    assert done.returncode == 2
    assert b"python -m ui: error: unrecognized arguments: --no-such-flag" in done.stderr
