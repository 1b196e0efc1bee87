"""Downloads from a hub that speaks the real protocol, with the official client library: right, or not at all."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stylize.errors import (
    DownloadFailed,
    DownloadRefused,
    HostForeign,
    LicenceNotAccepted,
    PlaceTaken,
    SpaceMissing,
    WeightsError,
)
from stylize.weights.lock import LOCK, PARTIAL, read_lock
from tests.weights.fetching import CONFIG, FILES, LORA, LORA_FILE, PREVIEW, pull_here, tensors
from tests.weights.local_hub import COMMIT, LocalHub, git_sha1, local_hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """The hub, and a client library that is allowed to reach it; waits between tries are skipped."""
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    from stylize.weights.fetch import transfer

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(_http, "_GLOBAL_CLIENT_FACTORY", _http._GLOBAL_CLIENT_FACTORY)
    monkeypatch.setattr(_http.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(transfer, "pause", lambda seconds: None)
    with local_hub({repository: dict(files) for repository, files in FILES.items()}) as running:
        yield running
    huggingface_hub.close_session()


def lora(home: Path) -> Path:
    return home / "loras" / "quick.safetensors"


def waiting(home: Path) -> list[Path]:
    return [path for path in (home / PARTIAL).rglob("*.part") if path.is_file()]


def loadable(home: Path) -> list[Path]:
    """What a library could be pointed at: anything that ends like weights."""
    return [path for path in home.rglob("*") if path.suffix in (".safetensors", ".json") and path.name != LOCK]


# ---------------------------------------------------------------- the server is a fair copy


def test_the_official_client_accepts_the_local_hub(hub: LocalHub, tmp_path: Path) -> None:
    from huggingface_hub import HfApi, hf_hub_download

    for file in (CONFIG, "model.safetensors"):
        path = hf_hub_download(
            "maker/tiny", file, revision=COMMIT, endpoint=hub.endpoint, token=False, cache_dir=tmp_path
        )
        assert Path(path).read_bytes() == FILES["maker/tiny"][file]
    assert HfApi(endpoint=hub.endpoint, token=False).model_info("maker/tiny", revision=COMMIT).sha == COMMIT
    assert hub.asked(hub.store), "the large file came from the store"


# ---------------------------------------------------------------- right


def test_a_file_arrives_whole_and_is_written_down(hub: LocalHub, tmp_path: Path) -> None:
    heard = pull_here(hub, tmp_path)
    assert lora(tmp_path).read_bytes() == LORA
    assert heard.lines[:2] == [f"talking to {hub.hub}", f"talking to {hub.store}"]
    assert heard.reports[-1] == ("Quick: pytorch_lora_weights.safetensors", len(LORA), len(LORA))
    lock = read_lock(tmp_path)
    entry = lock.installed["quick"]
    assert (entry.origin, entry.revision, entry.licence, entry.repository) == ("pulled", COMMIT, "mit", "maker/lora")
    assert entry.licence_accepted_at == "2026-01-02T03:04:05+00:00"
    (file,) = entry.files
    assert (file.size_bytes, file.sha256, file.trust) == (len(LORA), hashlib.sha256(LORA).hexdigest(), "pinned")
    assert lock.accepted == {"mit": "2026-01-02T03:04:05+00:00"}
    assert waiting(tmp_path) == []
    assert (tmp_path / LOCK).stat().st_mode & 0o077 == 0


def test_a_folder_appears_as_a_whole_and_first_hashes_are_kept(hub: LocalHub, tmp_path: Path) -> None:
    pull_here(hub, tmp_path, ("quick", "tiny"))
    folder = tmp_path / "preview" / "tiny"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES["maker/tiny"]
    lock = read_lock(tmp_path)
    assert [file.trust for file in lock.installed["tiny"].files] == ["first-download"] * 2
    assert lock.seen[f"maker/tiny@{COMMIT}/model.safetensors"] == hashlib.sha256(PREVIEW).hexdigest()


def test_what_is_here_is_not_fetched_again(hub: LocalHub, tmp_path: Path) -> None:
    pull_here(hub, tmp_path)
    hub.seen.clear()
    heard = pull_here(hub, tmp_path)
    assert hub.seen == []
    assert heard.lines == ["Quick: already here"]


def test_what_was_cut_off_later_is_fetched_anew(hub: LocalHub, tmp_path: Path) -> None:
    pull_here(hub, tmp_path, ("quick", "tiny"))
    lora(tmp_path).write_bytes(LORA[:-1])
    (tmp_path / "preview" / "tiny" / CONFIG).unlink()
    pull_here(hub, tmp_path, ("quick", "tiny"))
    assert lora(tmp_path).read_bytes() == LORA
    assert {path.name: path.read_bytes() for path in (tmp_path / "preview" / "tiny").iterdir()} == FILES["maker/tiny"]


def test_no_token_is_sent_unless_given_and_never_to_the_store(hub: LocalHub, tmp_path: Path) -> None:
    pull_here(hub, tmp_path / "a")
    assert all("authorization" not in headers for _, _, _, headers in hub.seen)
    hub.seen.clear()
    pull_here(hub, tmp_path / "b", token="hf_secret")
    assert {headers.get("authorization") for headers in hub.asked(hub.hub)} == {"Bearer hf_secret"}
    assert all("authorization" not in headers for headers in hub.asked(hub.store))
    assert "hf_secret" not in (tmp_path / "b" / LOCK).read_text()


def test_the_requests_say_nothing_of_the_machine(hub: LocalHub, tmp_path: Path) -> None:
    pull_here(hub, tmp_path)
    agents = " ".join(headers["user-agent"] for _, _, _, headers in hub.seen)
    assert all(headers["user-agent"].startswith("stylize/") for _, _, _, headers in hub.seen)
    assert not any(word in agents.lower() for word in ("torch", "linux", "agent/", "session", "origin/"))
    assert all("cookie" not in headers and "referer" not in headers for _, _, _, headers in hub.seen)


def test_a_proxy_is_used_only_when_it_is_named(hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://{hub.elsewhere}")
    monkeypatch.setenv("HTTP_PROXY", f"http://{hub.elsewhere}")
    pull_here(hub, tmp_path / "a")
    assert all(host in (hub.hub, hub.store) for host, *_ in hub.seen)
    ports = (hub.hub, hub.store)
    hub.hub, hub.store = "hub.invalid", "store.invalid"
    pull_here(hub, tmp_path / "b", proxy=f"http://{ports[0]}")
    assert lora(tmp_path / "b").read_bytes() == LORA


# ---------------------------------------------------------------- interrupted, and on again

PASSING = {
    "cut in the middle": ["cut 1000", ""],
    "cut three times": ["cut 20000", "cut 20000", "cut 20000", ""],
    "busy once": ["429 1", ""],
    "out of order once": ["503", ""],
    "an end that looks like one": ["chunked-short 5000", ""],
    "a range that is ignored": ["cut 1000", "ignores-range"],
    "a range that is refused": ["cut 1000", "416", ""],
    "the head fails once": ["head 503", ""],
}


@pytest.mark.parametrize("case", PASSING)
def test_passing_trouble_is_passed(hub: LocalHub, tmp_path: Path, case: str) -> None:
    hub.faults[LORA_FILE] = list(PASSING[case])
    pull_here(hub, tmp_path)
    assert lora(tmp_path).read_bytes() == LORA


def test_an_interrupted_download_goes_on_where_it_stopped(hub: LocalHub, tmp_path: Path) -> None:
    def stop(have: int) -> None:
        if have:
            raise KeyboardInterrupt

    hub.faults[LORA_FILE] = ["cut 30000"]
    with pytest.raises(KeyboardInterrupt):
        pull_here(hub, tmp_path, on_progress=stop)
    (part,) = waiting(tmp_path)
    have = part.stat().st_size
    assert 0 < have < len(LORA)
    assert loadable(tmp_path) == []
    assert read_lock(tmp_path).installed == {}

    hub.faults.clear()
    hub.seen.clear()
    pull_here(hub, tmp_path)
    assert [headers.get("range") for headers in hub.asked(hub.store)] == [f"bytes={have}-"]
    assert lora(tmp_path).read_bytes() == LORA


def test_a_partial_file_that_was_altered_meanwhile_is_found_out(hub: LocalHub, tmp_path: Path) -> None:
    hub.faults[LORA_FILE] = ["cut 30000", "404"]
    with pytest.raises(WeightsError):
        pull_here(hub, tmp_path)
    (part,) = waiting(tmp_path)
    raw = bytearray(part.read_bytes())
    raw[100] ^= 1
    part.write_bytes(raw)
    hub.faults.clear()
    with pytest.raises(DownloadRefused, match="altered"):
        pull_here(hub, tmp_path)
    assert waiting(tmp_path) == []
    pull_here(hub, tmp_path)
    assert lora(tmp_path).read_bytes() == LORA


# ---------------------------------------------------------------- never accepted

FAULTS: dict[str, tuple[list[str], type[WeightsError], str]] = {
    "a flipped bit": (["flip"], DownloadRefused, "altered"),
    "a flipped bit after going on": (["cut 1000", "flip"], DownloadRefused, "altered"),
    "longer than listed": (["long"], DownloadRefused, "longer"),
    "a sign-in page": (["portal"], DownloadRefused, "length"),
    "another place than asked": (["cut 1000", "wrong-place"], DownloadRefused, "place"),
    "compressed": (["gzip"], DownloadRefused, "compressed"),
    "truncated for good": (["cut 1000", "cut 0"], DownloadFailed, "broke"),
    "busy for good": (["503"], DownloadFailed, "error 503"),
    "too many requests": (["429"], DownloadFailed, "error 429"),
    "gone": (["404"], DownloadRefused, "not there"),
    "for members only": (["403"], DownloadFailed, "token-file"),
    "sent to a stranger": (["elsewhere"], HostForeign, "allow-host"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_wrong_is_never_accepted(hub: LocalHub, tmp_path: Path, case: str) -> None:
    faults, kind, word = FAULTS[case]
    hub.faults[LORA_FILE] = list(faults)
    with pytest.raises(kind, match=word):
        pull_here(hub, tmp_path)
    assert loadable(tmp_path) == []
    assert read_lock(tmp_path).installed == {}
    assert not any(name == hub.elsewhere for name, *_ in hub.seen)


def test_a_sign_in_page_does_not_cost_what_had_arrived(hub: LocalHub, tmp_path: Path) -> None:
    hub.faults[LORA_FILE] = ["cut 40000", "portal"]
    with pytest.raises(DownloadRefused):
        pull_here(hub, tmp_path)
    (part,) = waiting(tmp_path)
    assert part.read_bytes() == LORA[:40000]


def test_a_catalog_hash_beats_what_the_hub_lists(hub: LocalHub, tmp_path: Path) -> None:
    hub.files["maker/lora"][LORA_FILE] = tensors(("lora_unet_x.lora_down.weight", (64, 700)), fill=4)
    with pytest.raises(DownloadRefused, match="another hash"):
        pull_here(hub, tmp_path)
    with pytest.raises(DownloadRefused, match="another hash"):
        pull_here(hub, tmp_path, ("later",))
    assert hub.asked(hub.store) == []
    hub.files["maker/lora"][LORA_FILE] = LORA[:-2]
    with pytest.raises(DownloadRefused, match="another"):
        pull_here(hub, tmp_path)


def test_a_file_trusted_at_its_first_download_may_not_change(hub: LocalHub, tmp_path: Path) -> None:
    from dataclasses import replace

    from stylize.weights.lock import write_lock

    pull_here(hub, tmp_path, ("tiny",))
    lock = read_lock(tmp_path)
    write_lock(tmp_path, replace(lock, installed={}))
    for path in sorted((tmp_path / "preview").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (tmp_path / "preview").rmdir()

    hub.files["maker/tiny"][CONFIG] = FILES["maker/tiny"][CONFIG].replace(b"Tiny", b"Evil")
    with pytest.raises(DownloadRefused, match="altered"):
        pull_here(hub, tmp_path, ("tiny",))
    assert not (tmp_path / "preview").exists()


HEADS: dict[str, tuple[str, dict[str, str], str]] = {
    "another commit": (LORA_FILE, {"X-Repo-Commit": "f" * 40}, "revision"),
    "another hash": (LORA_FILE, {"X-Linked-Etag": '"' + "f" * 64 + '"'}, "hash"),
    "another size": (LORA_FILE, {"X-Linked-Size": "7"}, "size"),
    "another git hash": (CONFIG, {"ETag": '"' + git_sha1(b"x") + '"'}, "hash"),
}


@pytest.mark.parametrize("case", HEADS)
def test_a_head_that_disagrees_stops_everything(hub: LocalHub, tmp_path: Path, case: str) -> None:
    file, headers, word = HEADS[case]
    hub.heads[file] = headers
    with pytest.raises(DownloadRefused, match=word):
        pull_here(hub, tmp_path, ("quick",) if file == LORA_FILE else ("tiny",))
    assert loadable(tmp_path) == []


def test_a_missing_file_is_seen_before_anything_is_fetched(hub: LocalHub, tmp_path: Path) -> None:
    del hub.files["maker/tiny"][CONFIG]
    with pytest.raises(DownloadRefused, match="1 of its 2 files"):
        pull_here(hub, tmp_path, ("tiny",))
    assert hub.asked(hub.store) == []


def test_half_a_folder_is_never_there(hub: LocalHub, tmp_path: Path) -> None:
    hub.faults["model.safetensors"] = ["cut 50", "404"]
    with pytest.raises(WeightsError):
        pull_here(hub, tmp_path, ("tiny",))
    assert not (tmp_path / "preview").exists()
    assert len(waiting(tmp_path)) == 2


# ---------------------------------------------------------------- licences, room, places


def test_nothing_is_asked_for_before_the_licence_was_accepted(hub: LocalHub, tmp_path: Path) -> None:
    with pytest.raises(LicenceNotAccepted, match="--accept-licence mit"):
        pull_here(hub, tmp_path, accepted={})
    assert hub.seen == []


def test_room_is_looked_for_before_a_byte_is_fetched(
    hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    usage = shutil.disk_usage(tmp_path)._replace(free=200_050_000)
    monkeypatch.setattr("stylize.weights.fetch.run.shutil.disk_usage", lambda path: usage)
    with pytest.raises(SpaceMissing, match="200 MB are free"):
        pull_here(hub, tmp_path)
    assert hub.asked(hub.store) == []


def test_a_disk_that_fills_up_keeps_what_came(hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stylize.weights.fetch.partial import Partial

    real: Callable[[Partial, bytes], None] = Partial.add

    def full(self: Partial, chunk: bytes) -> None:
        real(self, chunk[:1234])
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(Partial, "add", full)
    with pytest.raises(SpaceMissing):
        pull_here(hub, tmp_path)
    monkeypatch.undo()
    (part,) = waiting(tmp_path)
    assert part.stat().st_size == 1234
    assert loadable(tmp_path) == []


def test_a_file_of_the_users_is_not_replaced_but_a_whole_one_is_adopted(hub: LocalHub, tmp_path: Path) -> None:
    lora(tmp_path).parent.mkdir(parents=True)
    lora(tmp_path).write_bytes(b"mine")
    with pytest.raises(PlaceTaken):
        pull_here(hub, tmp_path)
    assert lora(tmp_path).read_bytes() == b"mine"
    lora(tmp_path).write_bytes(LORA)
    heard = pull_here(hub, tmp_path)
    assert heard.lines == ["Quick: was already here, and is whole"]
    assert read_lock(tmp_path).installed["quick"].files[0].size_bytes == len(LORA)
    assert hub.asked(hub.store) == []


def test_two_downloads_do_not_meet(hub: LocalHub, tmp_path: Path) -> None:
    import filelock

    (tmp_path / PARTIAL).mkdir()
    with filelock.FileLock(tmp_path / PARTIAL / "lock"), pytest.raises(DownloadFailed, match="another download"):
        pull_here(hub, tmp_path)
