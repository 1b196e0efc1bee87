"""Attacks with a real browser, on the running program: by other pages, by other programs, and by scripts in our own page.
Every stranger is a server on loopback that the test has started itself.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.stranger import Stranger, stranger

LONG_SECONDS = 20.0
"""How long is waited for what must come."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform not in ("linux", "win32"), reason="there is one loopback host only"),
]


@pytest.fixture(scope="module")
def next_door(page: Any) -> Iterator[Stranger]:
    """Another program on the very host that we are on: the same site, and the same cookies, to a browser."""
    with stranger(page.host) as other:
        yield other


# ---------------------------------------------------------------- our own page is trusted by the browser


def test_the_browser_trusts_our_host(owner: Any, page: Any) -> None:
    """So the camera works, and the page is alone in its process."""
    tab = owner.new_page()
    tab.goto(f"{page.origin}/en/")
    tab.wait_for_selector("#make")
    assert tab.evaluate("[isSecureContext, crossOriginIsolated, !!navigator.mediaDevices?.getUserMedia]") == [True] * 3
    assert tab.evaluate("document.featurePolicy?.allowsFeature('camera') ?? true")
    assert not tab.evaluate("document.featurePolicy?.allowsFeature('geolocation') ?? false")


# ---------------------------------------------------------------- a name that points at us


def test_a_rebound_name_is_answered_by_nothing(owner: Any, page: Any) -> None:
    tab = owner.new_page()
    for path in ("/", "/en/", f"/?token={page.token}", "/toy/page.js"):
        answer = tab.goto(f"http://evil.test:{page.port}{path}")
        assert answer.status == 421
        assert "gradio" not in answer.text().lower()
    said = tab.evaluate("fetch('/en/', {credentials: 'include'}).then(async r => [r.status, await r.text()])")
    assert said[0] == 421
    assert "gradio" not in said[1].lower()
    assert owner.new_page().goto(f"{page.origin}/en/").status == 200


# ---------------------------------------------------------------- other people's pages

ATTACKS = """async ([us, token]) => {
  const body = '{"data": [null], "fn_index": 0, "session_hash": "evil"}';
  const tell = (promise) => promise.then(async (r) => r.type + ':' + (await r.text()).length, (e) => 'refused');
  const send = (url, more) => tell(fetch(us + url, {method: 'POST', body, credentials: 'include', ...more}));
  const photo = new FormData();
  photo.append('files', new Blob(['x'.repeat(100)]), 'me.jpg');
  const heard = [
    await send('/en/gradio_api/queue/join', {}),
    await send('/en/gradio_api/queue/join', {mode: 'no-cors'}),
    await send('/en/gradio_api/queue/join', {headers: {'Content-Type': 'application/json'}}),
    await send('/en/gradio_api/upload', {body: photo}),
    await send('/en/gradio_api/upload', {body: photo, mode: 'no-cors'}),
    await send('/', {}),
    await tell(fetch(us + '/en/', {credentials: 'include'})),
    await tell(fetch(us + '/en/', {credentials: 'include', mode: 'no-cors'})),
    await tell(fetch(us + '/privacy.json', {credentials: 'include', mode: 'no-cors'})),
    await tell(fetch(us + '/?token=' + token, {credentials: 'include', mode: 'no-cors'})),
  ];
  navigator.sendBeacon(us + '/en/gradio_api/queue/join', body);
  const loaded = [];
  const load = (tag, name, url) => new Promise((done) => {
    const element = document.createElement(tag);
    element.onload = () => { loaded.push(tag); done(); };
    element.onerror = done;
    element[name] = us + url;
    if (tag === 'link') element.rel = 'stylesheet';
    document.body.append(element);
    setTimeout(done, 1500);
  });
  await load('img', 'src', '/toy/icon.svg');
  await load('script', 'src', '/toy/page.js');
  await load('link', 'href', '/toy/page.css');
  const opened = await new Promise((done) => {
    const socket = new WebSocket(us.replace('http', 'ws') + '/en/gradio_api/queue/join');
    socket.onopen = () => done(true);
    socket.onerror = () => done(false);
  });
  const events = await new Promise((done) => {
    const source = new EventSource(us + '/en/gradio_api/queue/data?session_hash=evil', {withCredentials: true});
    source.onopen = () => done(true);
    source.onerror = () => { source.close(); done(false); };
  });
  return {heard, loaded, opened, events};
}"""

FORMS = """([us, kind, path]) => {
  const form = document.createElement('form');
  form.method = 'post'; form.enctype = kind; form.action = us + path; form.target = 'out';
  const field = document.createElement('input');
  field.name = '{"data": [null], "fn_index": 0, "session_hash": "evil", "x": "'; field.value = '"}';
  form.append(field); document.body.append(form); form.submit();
}"""


@pytest.mark.parametrize("where", ["elsewhere", "next_door"])
def test_other_pages_get_nothing_through(owner: Any, page: Any, where: str, request: pytest.FixtureRequest) -> None:
    """Neither a page of another site, nor one of another program on our host, which gets our cookie along."""
    other: Stranger = request.getfixturevalue(where)
    answers: list[tuple[str, str, int]] = []
    owner.on(
        "response",
        lambda answer: (
            answers.append((answer.request.method, answer.url, answer.status))
            if answer.url.startswith(page.origin)
            else None
        ),
    )
    tab = owner.new_page()
    tab.goto(other.origin)
    outcome = tab.evaluate(ATTACKS, [page.origin, page.token])
    assert set(outcome["heard"]) <= {"refused", "opaque:0"}
    assert outcome["loaded"] == []
    assert (outcome["opened"], outcome["events"]) == (False, False)
    for kind in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded"):
        for path in ("/en/gradio_api/queue/join", "/en/gradio_api/upload", "/"):
            tab.evaluate(FORMS, [page.origin, kind, path])
            tab.wait_for_timeout(300)  # else the next one takes its place
    until = time.monotonic() + LONG_SECONDS
    while sum(method == "POST" for method, _, _ in answers) < 9 and time.monotonic() < until:
        tab.wait_for_timeout(100)
    assert sum(method == "POST" for method, _, _ in answers) >= 9
    tab.wait_for_timeout(1000)
    assert [answer for answer in answers if answer[2] < 400] == []
    assert page.ask("/en/").status == 200


@pytest.mark.parametrize("where", ["elsewhere", "next_door"])
def test_a_window_that_others_open_is_no_use_to_them(
    owner: Any, page: Any, where: str, request: pytest.FixtureRequest
) -> None:
    other: Stranger = request.getfixturevalue(where)
    tab = owner.new_page()
    tab.goto(other.origin)
    with owner.expect_page() as opening:
        tab.evaluate(f"window.opened = window.open('{page.origin}/')")
    opening.value.wait_for_load_state()
    assert opening.value.query_selector("#make") is None
    tab.wait_for_timeout(500)
    assert tab.evaluate("window.opened.closed")  # Cross-Origin-Opener-Policy has cut the thread
    assert opening.value.evaluate("window.opener === null")


def test_nobody_frames_us(owner: Any, page: Any, elsewhere: Stranger, next_door: Stranger) -> None:
    for other in (elsewhere, next_door):
        tab = owner.new_page()
        tab.goto(other.origin)
        for path in ("/", "/en/", f"/?token={page.token}"):
            tab.evaluate(
                f"document.body.append(Object.assign(document.createElement('iframe'), {{src: '{page.origin}{path}'}}))"
            )
        tab.wait_for_timeout(1500)
        frames = [frame for frame in tab.frames if frame is not tab.main_frame]
        assert len(frames) == 3
        for frame in frames:
            with contextlib.suppress(Exception):  # an error page may be closed to us too
                assert frame.query_selector("#make, h1") is None
        assert tab.evaluate(
            "Array.from({length: frames.length}, (_, at) => frames[at]).every(f => { try { return !f.document.querySelector('*') } catch { return true } })"
        )


# ---------------------------------------------------------------- cookies


def test_no_other_host_receives_the_cookie(owner: Any, page: Any, elsewhere: Stranger) -> None:
    name, _, value = page.cookie.partition("=")
    with stranger("127.0.0.1") as usual:
        for other in (usual, elsewhere):
            other.cookies.clear()
            tab = owner.new_page()
            tab.goto(other.origin)
            tab.evaluate("fetch('/again').then(r => r.text())")
            assert len(other.cookies) >= 2
            assert [cookie for cookie in other.cookies if name in cookie or value in cookie] == []


def test_another_program_on_our_host_sees_no_cookie_that_scripts_could_read(
    owner: Any, page: Any, next_door: Stranger
) -> None:
    """Browsers hand the cookie to every port of a host. So the host is drawn at random at each start, and the cookie alone
    opens nothing to a page next door (above), nor to a program of another user (test_ui_access_wire).
    """
    tab = owner.new_page()
    tab.goto(next_door.origin)
    assert tab.evaluate("document.cookie") == ""
    tab.evaluate("document.cookie = 'stylize-1=x; path=/'")
    tab.evaluate(f"document.cookie = '{page.cookie.partition('=')[0]}=forged; path=/en/'")
    assert owner.new_page().goto(f"{page.origin}/en/").status in (200, 403)  # shut out at worst, never let in
    fresh = owner.browser.new_context().new_page()
    fresh.goto(next_door.origin)
    fresh.evaluate(f"document.cookie = '{page.cookie.partition('=')[0]}=forged; path=/'")
    assert fresh.goto(f"{page.origin}/en/").status == 403
    fresh.context.close()


def test_a_used_token_in_a_browser_of_somebody_else(browser: Any, page: Any) -> None:
    other = browser.new_context()
    tab = other.new_page()
    assert tab.goto(f"{page.origin}/?token={page.token}").status == 403
    assert other.cookies() == []
    other.close()
