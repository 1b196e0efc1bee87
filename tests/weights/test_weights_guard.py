"""Which hosts may be asked, and that each is named before."""

from __future__ import annotations

import httpx2
import pytest

from stylize.errors import HostForeign
from stylize.weights.fetch.guard import Guard

HUB = "https://huggingface.co"


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/maker/model/resolve/main/a.safetensors",
        "https://cdn-lfs.huggingface.co/repos/a",
        "https://cas-bridge.xethub.hf.co/xet-bridge-us/a?X-Amz-Signature=b",
        "https://HF.co/a",
        "https://store.example/a",
        "https://store.example:8443/a",
    ],
)
def test_the_hub_and_what_the_user_named_pass(url: str) -> None:
    Guard(HUB, ["store.example"], lambda host: None).check(httpx2.URL(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a",
        "https://huggingface.co.evil.example/a",
        "https://evilhf.co/a",
        "https://huggingface.co@evil.example/a",
        "https://evil.example/#.hf.co",
        "http://huggingface.co/a",
        "http://store.example/a",
        "https://huggingface.co:8443/a",
        "https://cdn-lfs.hf.co:444/a",
        "https://huggingface.co:9999/a",
        "ftp://huggingface.co/a",
        "file:///etc/passwd",
        "https:///a",
        "",
    ],
)
def test_nobody_else_does(url: str) -> None:
    guard = Guard(HUB, ["store.example"], lambda host: pytest.fail("named"))
    with pytest.raises(HostForeign):
        guard.check(httpx2.URL(url))
    assert guard.hosts == []


def test_a_mirror_may_be_plain_http_only_if_it_was_given_so() -> None:
    plain = Guard("http://127.0.0.1:8080", ["127.0.0.1:9090"], lambda host: None)
    plain.check(httpx2.URL("http://127.0.0.1:8080/a"))
    plain.check(httpx2.URL("http://127.0.0.1:9090/a"))
    plain.check(httpx2.URL("https://cdn-lfs.hf.co/a"))
    for url in ("http://127.0.0.1:7070/a", "http://cdn-lfs.hf.co/a", "https://127.0.0.1:8080/a"):
        with pytest.raises(HostForeign):
            plain.check(httpx2.URL(url))


def test_every_host_is_named_once_and_before_it_is_asked() -> None:
    named: list[str] = []
    guard = Guard(HUB, [], named.append)
    for url in (f"{HUB}/a", f"{HUB}/b", "https://cdn-lfs.hf.co/c", f"{HUB}/d"):
        guard.check(httpx2.URL(url))
    assert named == guard.hosts == ["huggingface.co", "cdn-lfs.hf.co"]
