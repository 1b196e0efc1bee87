"""Downloads from a hub that speaks the real protocol, with the official client library: whole, and on again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from stylize.errors import (
    DownloadRefused,
    PlaceTaken,
    WeightsError,
)
from stylize.weights.lock import LOCK, read_lock, write_lock
from tests.weights.fetching import CONFIG, FILES, LORA, LORA_FILE, PREVIEW, loadable, lora, pull_here, waiting
from tests.weights.local_hub import COMMIT, LocalHub

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


def test_the_token_stays_with_the_hub_even_if_the_client_library_would_take_it_on(hub: LocalHub) -> None:
    import huggingface_hub

    from stylize.weights.fetch.guard import Guard
    from stylize.weights.fetch.hub import Hub

    mirror = Hub(hub.endpoint, Guard(hub.endpoint, [hub.store], lambda host: None), token="hf_secret")
    with mirror.open():
        for url in (f"{hub.hub}/maker/lora/resolve/{COMMIT}/{LORA_FILE}", f"{hub.store}/lfs/maker/lora/{LORA_FILE}"):
            huggingface_hub.get_session().head(f"http://{url}", headers=mirror.headers(), follow_redirects=False)
    assert [headers.get("authorization") for headers in hub.asked(hub.hub, "HEAD")] == ["Bearer hf_secret"]
    assert [headers.get("authorization") for headers in hub.asked(hub.store, "HEAD")] == [None]


# ---------------------------------------------------------------- what is the user's stays


def test_what_was_laid_beside_a_part_stays_when_it_is_fetched_anew(hub: LocalHub, tmp_path: Path) -> None:
    pull_here(hub, tmp_path, ("tiny",))
    folder = tmp_path / "preview" / "tiny"
    (folder / "mine").mkdir()
    (folder / "mine" / "notes.safetensors").write_bytes(b"mine")
    (folder / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    (folder / CONFIG).unlink()
    pull_here(hub, tmp_path, ("tiny",))
    assert (folder / "mine" / "notes.safetensors").read_bytes() == b"mine"
    assert (folder / "elsewhere").is_symlink()
    assert {name: (folder / name).read_bytes() for name in FILES["maker/tiny"]} == FILES["maker/tiny"]


@pytest.mark.parametrize("known", [{"place": "loras/before.safetensors"}, {"origin": "copied"}])
def test_a_place_that_was_not_pulled_to_is_the_users_also_if_the_part_is_known(
    hub: LocalHub, tmp_path: Path, known: dict[str, str]
) -> None:
    pull_here(hub, tmp_path)
    lock = read_lock(tmp_path)
    write_lock(tmp_path, lock.having(replace(lock.installed["quick"], revision="e" * 40, **known)))  # type: ignore[arg-type]
    lora(tmp_path).write_bytes(b"mine")
    with pytest.raises(PlaceTaken):
        pull_here(hub, tmp_path)
    assert lora(tmp_path).read_bytes() == b"mine"
