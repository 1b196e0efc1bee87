"""What is cut, altered, redirected, unlicensed or too large is never accepted."""

from __future__ import annotations

import errno
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from stylize.errors import (
    DownloadFailed,
    DownloadRefused,
    HostForeign,
    LicenceNotAccepted,
    PlaceTaken,
    SpaceMissing,
    WeightsBusy,
    WeightsError,
)
from stylize.weights.lock import PARTIAL, read_lock
from tests.weights.fetching import CONFIG, FILES, LORA, LORA_FILE, loadable, lora, pull_here, tensors, waiting
from tests.weights.local_hub import LocalHub, git_sha1, local_hub
from ui.certificate import make_certificate

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


def test_a_pickle_under_a_false_name_is_refused_even_if_nobody_knew_its_hash(hub: LocalHub, tmp_path: Path) -> None:
    hub.files["maker/tiny"]["model.safetensors"] = pickle.dumps({"weights": [1, 2, 3]})
    with pytest.raises(DownloadRefused, match="no safetensors"):
        pull_here(hub, tmp_path, ("tiny",))
    assert loadable(tmp_path) == []
    assert [path.name.split(".")[0] for path in waiting(tmp_path)] == ["config"]


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
    with filelock.FileLock(tmp_path / PARTIAL / "lock"), pytest.raises(WeightsBusy):
        pull_here(hub, tmp_path)


def test_a_folder_that_cannot_be_written_to_is_said(hub: LocalHub, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadFailed, match="could not be written"):
        pull_here(hub, tmp_path / "file" / "home")
    assert hub.seen == []


def test_a_server_that_cannot_prove_who_it_is_is_sent_nothing(hub: LocalHub, tmp_path: Path) -> None:
    certificate = make_certificate("127.0.0.1", tmp_path)
    with local_hub(dict(hub.files), tls=certificate.context) as impostor:
        with pytest.raises(DownloadFailed, match="certificate"):
            pull_here(impostor, tmp_path / "home", token="hf_secret")
        assert impostor.seen == []
