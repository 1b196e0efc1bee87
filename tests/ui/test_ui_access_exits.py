"""Ways out of the page, tried by scripts in it with a real browser; sinks on loopback tell what has come."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Any

import pytest

from tests.ui.exits import BY_GOING, BY_LETTER, BY_REQUEST, script
from tests.ui.stranger import Stranger, stranger
from ui.listening import random_host

QUIET_SECONDS = 2.0
"""How long nothing must have come, after the last thing that was tried."""
LONG_SECONDS = 20.0
"""How long is waited for what must come."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform not in ("linux", "win32"), reason="there is one loopback host only"),
]


def waited_for(true: Any, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return bool(true())


def out(tab: Any, other: Stranger, code: str) -> None:
    with contextlib.suppress(Exception):  # the page may be gone already
        tab.evaluate(script(code, other.origin, other.host, other.letterbox))


def test_without_the_policy_every_way_out_is_open(browser: Any, elsewhere: Stranger) -> None:
    """The positive control: a probe that does not work proves nothing."""
    context = browser.new_context()
    with stranger(random_host()) as plain:
        for name, code in {**BY_REQUEST, **BY_GOING}.items():
            tab = context.new_page()
            tab.goto(plain.origin)
            out(tab, elsewhere, code)
            assert waited_for(lambda name=name: elsewhere.heard_of(f"/{name} "), LONG_SECONDS), name
        for name, code in BY_LETTER.items():
            tab = context.new_page()
            tab.goto(plain.origin)
            elsewhere.letters.clear()
            out(tab, elsewhere, code)
            assert waited_for(lambda: elsewhere.letters, LONG_SECONDS), name
    context.close()


def test_from_our_page_there_is_no_way_out(owner: Any, page: Any) -> None:
    with stranger(random_host()) as other:
        tab = owner.new_page()
        tab.goto(f"{page.origin}/en/")
        tab.wait_for_selector("#make")
        for code in {**BY_REQUEST, **BY_LETTER, **BY_GOING}.values():
            out(tab, other, code)
            tab.wait_for_timeout(100)
        assert not waited_for(lambda: other.knocks or other.letters, QUIET_SECONDS), (other.heard, other.letters)
        assert tab.url.partition("#")[0] == f"{page.origin}/en/"
        assert tab.query_selector("#make") is not None


def test_scripts_that_were_smuggled_into_the_page_do_not_run(owner: Any, page: Any) -> None:
    tab = owner.new_page()
    tab.goto(f"{page.origin}/en/")
    tab.wait_for_selector("#make")
    tab.evaluate(
        """() => {
            document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = 1"><a href="javascript:ran=1" id=j>');
            document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 2'}));
            document.getElementById('j').click();
            try { setTimeout('window.ran = 3') } catch {}
        }"""
    )
    tab.wait_for_timeout(500)
    assert tab.evaluate("window.ran ?? null") is None
    assert (
        tab.evaluate("navigator.serviceWorker.register('/toy/page.js').then(() => 'stays', () => 'refused')")
        == "refused"
    )
