"""The door of the page in the network: a password, and a lock that closes against guessing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
import unicodedata
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from stylize.errors import LanUnavailable
from ui.bodies import Unfit, read_body
from ui.door import sheet
from ui.strings import language

LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Without those that look like others (i, l, o), and no digits: they are far apart on a phone's keyboard."""
GROUPS, GROUP = 5, 4
"""23 letters, 20 of them: 90 bits."""

SHORTEST = 12
"""Letters of a password that somebody has thought of."""
FORM_LIMIT_BYTES = 4096
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
MOST_FAILURES = 20
"""All wrong passwords together, whoever sends them; then the door stays shut. Who is in stays in."""
MOST_SESSIONS = 16


def make_password() -> str:
    """A random one in groups of letters that can be read out and typed on a phone."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def ask_password() -> str:
    """Ask for one at the terminal, twice, unseen. Raises LanUnavailable if it is short or the two differ."""
    from getpass import getpass

    first = getpass(f"Password for the page, at least {SHORTEST} letters: ")
    if len(first) < SHORTEST:
        raise LanUnavailable(why=f"the password is shorter than {SHORTEST} letters.")
    if getpass("The same again: ") != first:
        raise LanUnavailable(why="the two passwords were not the same.")
    return first


class PasswordDoor:
    """A `ui.door.Key`: whoever posts the password gets a cookie of their own. `forgiving`: capitals and dashes make no
    difference, as phones change them; for passwords of `make_password`. `now` is a clock in seconds.
    """

    def __init__(self, password: str, *, forgiving: bool = False, now: Callable[[], float] = time.monotonic) -> None:
        self._forgiving = forgiving
        self._salt = secrets.token_bytes(16)
        self._digest = self._derive(password)
        self._now = now
        self._sessions: list[str] = []
        self._failures = 0
        self._shut_until = 0.0
        self._checking = False

    @property
    def locked(self) -> bool:
        """Whether nobody new can come in any more."""
        return self._failures >= MOST_FAILURES

    def knows(self, cookie: str) -> bool:
        offered = cookie.encode()
        return sum(hmac.compare_digest(offered, session.encode()) for session in self._sessions) > 0

    def answer(self, scope: Scope, tongue: str, welcome: Callable[[str], Response]) -> Response:
        return Try(self, tongue, welcome) if scope["method"] == "POST" else login_page(tongue)

    def turn_away(self, tongue: str) -> Response:
        say = language(tongue)
        return sheet(tongue, say("lan.title"), '<meta http-equiv="refresh" content="0;url=/">', 403)

    async def try_password(self, offered: str) -> str | None:
        """A new cookie for the right password, else None. Raises Shut, unread, while the door is shut."""
        wait = self._shut_until - self._now()
        if self.locked or self._checking or wait > 0:
            raise Shut(max(round(wait + 0.5), 1))
        self._checking = True  # one at a time: each costs memory and a moment
        try:
            right = hmac.compare_digest(await asyncio.to_thread(self._derive, offered), self._digest)
        finally:
            self._checking = False
        if not right:
            self._shut_until = self._now() + min(FIRST_WAIT_SECONDS * 2**self._failures, LONGEST_WAIT_SECONDS)
            self._failures += 1
            return None
        self._sessions = [*self._sessions, secrets.token_urlsafe(32)][-MOST_SESSIONS:]
        return self._sessions[-1]

    def _derive(self, password: str) -> bytes:
        """The function scrypt (RFC 7914) with 32 MiB."""
        plain = unicodedata.normalize("NFKC", password)
        if self._forgiving:
            plain = "".join(letter for letter in plain.lower() if letter.isalpha())
        return hashlib.scrypt(plain.encode("utf-8", "replace"), salt=self._salt, n=1 << 15, r=8, p=1, maxmem=1 << 26)


class Shut(Exception):
    """No password is heard for `seconds` seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


class Try(Response):
    """The answer to a posted password. It reads the form itself, when it is sent."""

    def __init__(self, door: PasswordDoor, tongue: str, welcome: Callable[[str], Response]) -> None:
        super().__init__(status_code=403)
        self._door = door
        self._tongue = tongue
        self._welcome = welcome

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._judge(receive))(scope, receive, send)

    async def _judge(self, receive: Receive) -> Response:
        say = language(self._tongue)
        try:
            form = parse_qs((await read_body(receive, FORM_LIMIT_BYTES)).decode("utf-8", "replace"), max_num_fields=2)
            cookie = await self._door.try_password(form.get("password", [""])[0])
        except Shut as shut:
            sentence = say("lan.locked") if self._door.locked else say("lan.wait", seconds=shut.seconds)
            return login_page(self._tongue, 429, sentence, {"Retry-After": str(shut.seconds)})
        except (Unfit, ValueError):
            return login_page(self._tongue, 400)
        return self._welcome(cookie) if cookie else login_page(self._tongue, 403, say("lan.wrong"))


def login_page(tongue: str, status: int = 200, trouble: str = "", headers: dict[str, str] | None = None) -> Response:
    """A form and not a script."""
    say = language(tongue)
    page = sheet(
        tongue,
        say("lan.title"),
        (f'<p role="alert"><b>{escape(trouble)}</b></p>' if trouble else "")
        + f"<p>{escape(say('lan.text'))}</p>"
        + f'<form method="post" action="/"><label>{escape(say("lan.password"))}'
        + '<input type="password" name="password" required autofocus autocomplete="off" autocapitalize="none" maxlength="200">'
        + f"</label><button>{escape(say('lan.enter'))}</button></form>",
        status,
    )
    page.headers.update(headers or {})
    return page
