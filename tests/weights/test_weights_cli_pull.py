"""`stylize weights pull` as the user starts it: a process of its own, licences first, Ctrl-C at any moment."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stylize.weights.lock import PARTIAL, read_lock
from tests.weights.fetching import FILES, LORA, LORA_FILE, TEXT
from tests.weights.local_hub import LocalHub, local_hub

STYLIZE = (sys.executable, "-m", "stylize", "weights")


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with local_hub({repository: dict(files) for repository, files in FILES.items()}) as running:
        yield running


@pytest.fixture
def words(hub: LocalHub, tmp_path: Path) -> list[str]:
    """The command for the small catalog, without a licence."""
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(TEXT, encoding="utf-8")
    folder = ["--folder", str(tmp_path / "home"), "--catalog", str(catalog)]
    return [*STYLIZE, "pull", "small", *folder, "--allow-host", hub.store]


def environment(hub: LocalHub, **more: str) -> dict[str, str]:
    """Offline, as Stylize sets it for everything else; with a token that nobody asked for."""
    return os.environ | {"HF_ENDPOINT": hub.endpoint, "HF_HUB_OFFLINE": "1", "HF_TOKEN": "hf_not_asked_for"} | more


def run(words: list[str], hub: LocalHub) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, env=environment(hub), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )


def test_without_a_terminal_or_a_flag_nothing_is_asked_of_the_hub(words: list[str], hub: LocalHub) -> None:
    done = run(words, hub)
    assert done.returncode == 6
    assert "--accept-licence mit" in done.stderr
    assert "https://opensource.org/license/mit" in done.stderr
    assert hub.seen == []


def test_with_the_licence_accepted_everything_comes_and_every_host_is_named(
    words: list[str], hub: LocalHub, tmp_path: Path
) -> None:
    done = run([*words, "--accept-licence", "mit"], hub)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "home" / "loras" / "quick.safetensors").read_bytes() == LORA
    assert f"talking to {hub.hub}" in done.stdout
    assert f"talking to {hub.store}" in done.stdout
    assert sorted({host for host, *_ in hub.seen}) == sorted((hub.hub, hub.store))
    assert all("authorization" not in headers for *_, headers in hub.seen)

    hub.seen.clear()
    again = run([*words, "--accept-licence", "mit"], hub)
    assert again.stdout == "Already here: quick, tiny\n"
    assert hub.seen == [], "what is here is not asked for"
    listed = run([*STYLIZE, "verify", "--json", "--folder", str(tmp_path / "home")], hub)
    assert json.loads(listed.stdout) == {"verified": [{"part": "quick", "wrong": []}, {"part": "tiny", "wrong": []}]}


def test_the_question_is_asked_on_a_terminal_and_anything_but_yes_is_no(words: list[str], hub: LocalHub) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words, env=environment(hub), stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    os.close(theirs)
    os.write(ours, b"perhaps\n")
    said, _ = process.communicate(timeout=120)
    os.close(ours)
    assert process.returncode == 6
    assert "Do you accept it?" in said
    assert "Anything." in said
    assert hub.seen == []


def _hear_ctrl_c() -> None:
    """A shell starts what runs behind it deaf to it, and whoever is started by that is, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_a_part_that_is_gone_on_with_and_never_loaded(
    words: list[str], hub: LocalHub, tmp_path: Path
) -> None:
    words = [*words, "--accept-licence", "mit"]
    hub.faults[LORA_FILE] = ["hang 40000", ""]
    process = subprocess.Popen(
        words,
        env=environment(hub),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_ctrl_c,
    )
    assert hub.started[LORA_FILE].wait(60)
    (waiting,) = _grown(tmp_path / "home" / PARTIAL, 40_000)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on from there" in said
    assert waiting.stat().st_size == 40_000
    assert not (tmp_path / "home" / "loras").exists()

    assert run(words, hub).returncode == 0
    assert [headers.get("range") for headers in hub.asked(hub.store)][1] == "bytes=40000-"
    assert (tmp_path / "home" / "loras" / "quick.safetensors").read_bytes() == LORA
    assert set(read_lock(tmp_path / "home").installed) == {"quick", "tiny"}


def _grown(folder: Path, size: int) -> list[Path]:
    """The partial files, once the first is as long as that."""
    import time

    for _ in range(600):
        parts = list(folder.rglob("*.part"))
        if parts and parts[0].stat().st_size >= size:
            return parts
        time.sleep(0.05)
    raise AssertionError("nothing arrived")


def test_the_users_account_is_not_used_and_their_cache_not_touched(
    words: list[str], hub: LocalHub, tmp_path: Path
) -> None:
    account = tmp_path / "account"
    account.mkdir()
    (account / "token").write_text("hf_stored")
    done = subprocess.run(
        [*words, "--accept-licence", "mit"],
        env=environment(hub, HF_HOME=str(account), AI_AGENT="somebody", HF_HUB_USER_AGENT_ORIGIN="somewhere"),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Done." in done.stdout
    everything = " ".join(f"{path} {headers}" for _, _, path, headers in hub.seen)
    assert not any(word in everything for word in ("hf_stored", "hf_not", "Bearer", "somebody", "somewhere"))
    assert [path.name for path in account.iterdir()] == ["token"]


def test_errors_come_as_json_for_programs(words: list[str], hub: LocalHub) -> None:
    hub.faults[LORA_FILE] = ["flip"]
    done = run([*words, "--accept-licence", "mit", "--json"], hub)
    assert done.returncode == 6
    assert json.loads(done.stderr.splitlines()[-1])["error"] == "download-refused"
    gone = run([*words, "--accept-licence", "mit", "--json", "--token-file", "/nowhere/token"], hub)
    assert json.loads(gone.stderr.splitlines()[-1])["error"] == "file-unreadable"


def test_an_unfinished_download_is_listed_and_can_be_thrown_away(
    words: list[str], hub: LocalHub, tmp_path: Path
) -> None:
    hub.faults[LORA_FILE] = ["cut 50000", "404"]
    assert run([*words, "--accept-licence", "mit"], hub).returncode == 6
    folder = ["--folder", str(tmp_path / "home")]
    listed = run([*STYLIZE, "list", *folder], hub)
    assert "Unfinished: quick, 50.0 kB are here." in listed.stdout
    assert run([*STYLIZE, "remove", "quick", *folder], hub).returncode == 2
    thrown = run([*STYLIZE, "remove", "quick", "--yes", *folder], hub)
    assert "the unfinished download was thrown away" in thrown.stdout
    assert "Unfinished" not in run([*STYLIZE, "list", *folder], hub).stdout


def test_an_unknown_name_lists_the_known_ones(words: list[str], hub: LocalHub) -> None:
    done = run([*STYLIZE, "pull", "nothing-like-it", *words[6:]], hub)
    assert done.returncode == 2
    assert "small" in done.stderr


def test_the_rest_of_the_program_stays_offline(hub: LocalHub) -> None:
    code = "import stylize.weights.parts, huggingface_hub.constants as c; print(c.HF_HUB_OFFLINE)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(hub, HF_HUB_OFFLINE="0"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"
