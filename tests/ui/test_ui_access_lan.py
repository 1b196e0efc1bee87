"""The page in the network, on a loopback address: the password, the certificate, and the same guard as at home."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ui.conftest import Page, start
from ui.certificate import make_certificate
from ui.listening import random_host

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), "")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Shown:
    """What the terminal says."""

    page: Page
    password: str
    fingerprint: str


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    page = start("--lan", "--lan-address", random_host())
    assert page.process.stdout is not None
    lines = [page.process.stdout.readline().strip() for _ in range(8)]
    password = lines[lines.index("with the password") + 1]
    at = next(index for index, line in enumerate(lines) if "fingerprint is" in line)
    yield Shown(page, password, lines[at + 1] + lines[at + 2])
    page.stop()


def enter(page: Page, password: str, **headers: str) -> Any:
    return page.ask("/", "POST", {**FORM, **headers}, urlencode({"password": password}).encode())


# ---------------------------------------------------------------- the certificate


def test_the_certificate_is_the_one_that_was_printed(shown: Shown) -> None:
    pem = ssl.get_server_certificate((shown.page.host, shown.page.port), timeout=10)
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest().hex(":").upper()
    assert digest == shown.fingerprint
    certificate = x509.load_pem_x509_certificate(pem.encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == [shown.page.host]
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days <= 8
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert socket.gethostname() not in certificate.subject.rfc4514_string()


def test_every_start_has_a_certificate_of_its_own_and_no_file_of_it(tmp_path: Path) -> None:
    first, second = (make_certificate("127.1.2.3", tmp_path) for _ in range(2))
    assert first.fingerprint != second.fingerprint
    assert list(tmp_path.iterdir()) == []


def test_only_todays_tls_is_spoken(shown: Shown) -> None:
    old = ssl._create_unverified_context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with shown.page.say() as wire, pytest.raises(OSError, match=r".+"):
        old.wrap_socket(wire)
    with shown.page.say() as wire, ssl._create_unverified_context().wrap_socket(wire) as spoken:
        assert spoken.version() == "TLSv1.3"
    with shown.page.say() as wire:
        wire.sendall(f"GET / HTTP/1.1\r\nHost: {shown.page.authority}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in wire.recv(1000)


def test_one_address_listens_and_no_other(shown: Shown) -> None:
    try:
        rows = [
            line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()
        ]
    except OSError:
        pytest.skip("there is no /proc/net here")
    ours = f"{shown.page.port:04X}"
    little_endian = bytes(reversed(socket.inet_aton(shown.page.host))).hex().upper()
    assert [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{ours}")] == [f"{little_endian}:{ours}"]


# ---------------------------------------------------------------- the guard


def test_strangers_see_a_form_and_nothing_else(shown: Shown) -> None:
    for path in ("/en/", "/toy/page.css", "/en/gradio_api/queue/data?session_hash=a", "/?token=a", "/privacy.json"):
        answer = shown.page.ask(path, headers={"Cookie": f"__Host-stylize-{shown.page.port}=guess"})
        assert answer.status == (200 if path.startswith("/?") else 403)
        assert b"gradio" not in answer.read().lower()
        assert answer.getheader("Set-Cookie") is None
    door = shown.page.ask("/", headers={"Accept-Language": "de"})
    assert "form-action 'self'" in (door.getheader("Content-Security-Policy") or "")
    assert door.getheader("Referrer-Policy") == "same-origin"
    assert "Fingerabdruck" in door.read().decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "evil.example"},
        {"Origin": "http://{authority}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_pages_cannot_try_passwords(shown: Shown, headers: dict[str, str]) -> None:
    filled = {name: value.format(authority=shown.page.authority) for name, value in headers.items()}
    answer = enter(shown.page, shown.password, **filled)
    assert answer.status in (403, 421)
    assert answer.getheader("Set-Cookie") is None


def test_the_password_opens_as_phones_type_it_and_wrong_ones_wait(shown: Shown) -> None:
    assert enter(shown.page, "").status in (403, 429)
    assert enter(shown.page, shown.password[:-1]).status == 429
    until = time.monotonic() + 30
    answer = enter(shown.page, f" {shown.password.title().replace('-', ' ')} ")
    while answer.status == 429 and time.monotonic() < until:
        assert int(answer.getheader("Retry-After") or 0) > 0
        time.sleep(0.5)
        answer = enter(shown.page, f" {shown.password.title().replace('-', ' ')} ")
    assert answer.status == 200
    cookie = answer.getheader("Set-Cookie") or ""
    assert cookie.startswith(f"__Host-stylize-{shown.page.port}=")
    assert {"httponly", "path=/", "samesite=strict", "secure"} <= {part.strip().lower() for part in cookie.split(";")}
    kept = {"Cookie": cookie.partition(";")[0]}
    while (opened := shown.page.ask("/en/", headers=kept)).status == 503 and time.monotonic() < until:
        time.sleep(0.5)
    assert opened.status == 200
    assert shown.page.ask("/", headers=kept).status == 303


def test_the_password_is_in_no_list_of_processes(shown: Shown) -> None:
    for name in ("cmdline", "environ"):
        try:
            data = Path(f"/proc/{shown.page.process.pid}/{name}").read_bytes()
        except OSError:
            pytest.skip("there is no /proc here")
        assert shown.password.encode() not in data


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_a_browser_comes_in_by_the_form(shown: Shown) -> None:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        tab = browser.new_context(ignore_https_errors=True, locale="en").new_page()
        tab.goto(f"{shown.page.origin}/en/")  # leads to the door
        for _ in range(20):
            tab.wait_for_selector("input[type=password]")
            tab.fill("input[type=password]", shown.password)
            tab.click("button")
            with contextlib.suppress(Exception):
                tab.wait_for_selector("#make", timeout=20_000)
                break
        assert tab.evaluate("[isSecureContext, !!navigator.mediaDevices, document.cookie]") == [True, True, ""]
        browser.close()
