"""A hub on this machine that speaks the real one's protocol, and can misbehave in every way that downloads suffer from.

As observed of huggingface.co and written into its client library: HEAD and GET of /REPO/resolve/REVISION/PATH answer
with X-Repo-Commit; a large file is a 302 to a store on another host, with X-Linked-Etag (its SHA-256) and
X-Linked-Size; a small one is a 307 to /api/resolve-cache/ on the same host, which sends it with its git hash as ETag.
The store serves ranges. /api/models/REPO/paths-info/REVISION and /api/models/REPO/revision/REVISION list what there is.
Xet headers are never sent.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = ".safetensors"


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass
class LocalHub:
    """`files` by repository and path. `faults` by path: taken one a request, the last one stays; see `_Handler.send`.

    `heads`: changed headers by path. `seen`: every request as (host, method, path, headers).
    """

    files: dict[str, dict[str, bytes]]
    commit: str = COMMIT
    faults: dict[str, list[str]] = field(default_factory=dict)
    heads: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)
    started: dict[str, threading.Event] = field(default_factory=lambda: defaultdict(threading.Event))
    elsewhere: str = ""
    hub: str = ""
    store: str = ""
    scheme: str = "http"

    @property
    def endpoint(self) -> str:
        return f"{self.scheme}://{self.hub}"

    def fault(self, path: str) -> str:
        waiting = self.faults.get(path, [])
        return waiting.pop(0) if len(waiting) > 1 else (waiting[0] if waiting else "")

    def asked(self, host: str, method: str = "GET") -> list[dict[str, str]]:
        return [headers for name, verb, _, headers in self.seen if name == host and verb == method]


@contextmanager
def local_hub(files: dict[str, dict[str, bytes]], *, tls: ssl.SSLContext | None = None) -> Iterator[LocalHub]:
    """A hub, its store and a stranger, each on a port of its own; with `tls` over https."""
    state = LocalHub(files=files, scheme="https" if tls else "http")
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(state)) for _ in range(3)]
    for server in servers if tls else ():
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # a handshake that the client broke off is what the test is about
    state.hub, state.store, state.elsewhere = (f"127.0.0.1:{server.server_port}" for server in servers)
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield state
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _handler(state: LocalHub) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        hub = state

    return Handler


class _Handler(BaseHTTPRequestHandler):
    hub: LocalHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        url = urlsplit(self.path)
        host = url.netloc or self.headers["Host"]
        path = unquote(url.path)
        self.hub.seen.append((host, self.command, path, {k.lower(): v for k, v in self.headers.items()}))
        if host != self.hub.hub:
            self.store(path)
        elif path.startswith("/api/models/"):
            self.api(path.removeprefix("/api/models/"))
        elif path.startswith("/api/resolve-cache/models/"):
            owner, name, _, file = path.removeprefix("/api/resolve-cache/models/").split("/", 3)
            self.send_small(f"{owner}/{name}", file)
        else:
            owner, name, word, revision, file = path.lstrip("/").split("/", 4)
            assert word == "resolve"
            self.resolve(f"{owner}/{name}", revision, file)

    # ------------------------------------------------------------ the hub

    def resolve(self, repository: str, revision: str, file: str) -> None:
        data = self.hub.files.get(repository, {}).get(file)
        if revision not in (self.hub.commit, "main"):
            return self.refuse(404, "RevisionNotFound")
        if data is None:
            return self.refuse(404, "EntryNotFound")
        fault = self.hub.faults.get(file, [""])[0] if self.command == "HEAD" else ""
        if fault == "head 503":
            self.hub.fault(file)
            return self.refuse(503)
        headers = {"X-Repo-Commit": self.hub.commit}
        if file.endswith(LARGE):
            sha256 = hashlib.sha256(data).hexdigest()
            headers |= {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(data)), "ETag": f'"{sha256[:32]}"'}
            where = self.hub.elsewhere if "elsewhere" in self.hub.faults.get(file, []) else self.hub.store
            headers["Location"] = f"http://{where}/repos/{repository}/{file}?Signature=abc"
            return self.say(302, headers | self.hub.heads.get(file, {}))
        headers["Location"] = f"/api/resolve-cache/models/{repository}/{self.hub.commit}/{file}?etag=x"
        return self.say(307, headers)

    def send_small(self, repository: str, file: str) -> None:
        data = self.hub.files[repository][file]
        headers = {"X-Repo-Commit": self.hub.commit, "ETag": f'"{git_sha1(data)}"', "Accept-Ranges": "bytes"}
        self.send(file, data, headers | self.hub.heads.get(file, {}))

    def api(self, rest: str) -> None:
        owner, name, what, revision = rest.split("/", 3)
        files = self.hub.files.get(f"{owner}/{name}")
        length = int(self.headers.get("Content-Length") or 0)
        asked = parse_qs(self.rfile.read(length).decode())
        if files is None or revision != self.hub.commit:
            return self.refuse(404, "RepoNotFound" if files is None else "RevisionNotFound")
        if what == "paths-info":
            rows = [self.row(path, files[path]) for path in asked["paths"] if path in files]
            return self.say(200, {"Content-Type": "application/json"}, json.dumps(rows).encode())
        siblings = [{"rfilename": path} for path in files]
        card = {"_id": "1", "id": f"{owner}/{name}", "sha": self.hub.commit, "siblings": siblings, "tags": []}
        return self.say(200, {"Content-Type": "application/json"}, json.dumps(card).encode())

    def row(self, path: str, data: bytes) -> dict[str, object]:
        row: dict[str, object] = {"type": "file", "oid": git_sha1(data), "size": len(data), "path": path}
        if path.endswith(LARGE):
            row["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
        return row

    # ------------------------------------------------------------ the store

    def store(self, path: str) -> None:
        _, _, owner, name, file = path.split("/", 4)
        data = self.hub.files[f"{owner}/{name}"][file]
        self.send(file, data, {"ETag": '"x"', "Accept-Ranges": "bytes"})

    def send(self, file: str, data: bytes, headers: dict[str, str]) -> None:
        """The file, or the range that was asked for, or what the next fault makes of it."""
        if self.command == "HEAD":
            return self.say(200, headers | {"Content-Length": str(len(data))})
        fault, _, number = self.hub.fault(file).partition(" ")
        if fault in ("404", "403", "416", "429", "500", "503"):
            return self.refuse(int(fault), headers={"Retry-After": number} if number else {})
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if fault == "ignores-range":
            start = 0
        body = data[start:]
        status, headers = (206, headers) if start else (200, headers)
        if start:
            begin = start + 7 if fault == "wrong-place" else start
            headers = headers | {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"}
        if fault == "flip":
            body = body[:-1] + bytes([body[-1] ^ 1])
        elif fault == "long":
            body += b"and more"
        elif fault == "portal":
            status, body = 200, b"<html>please sign in to this network</html>"
        elif fault == "gzip":
            headers = headers | {"Content-Encoding": "gzip"}
        if fault in ("endless", "chunked-short", "long"):
            return self.chunked(status, headers, body[: int(number)] if fault == "chunked-short" else body)
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        sent = int(number) if fault in ("cut", "hang") else len(body)
        self.wfile.write(body[:sent])
        self.wfile.flush()
        self.hub.started[file].set()
        if fault == "hang":
            threading.Event().wait(20)
        if sent < len(body):
            self.close_connection = True
            self.connection.close()
        return None

    def chunked(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in (headers | {"Transfer-Encoding": "chunked"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")

    def refuse(self, status: int, code: str = "", headers: dict[str, str] | None = None) -> None:
        self.say(status, {"X-Error-Code": code} if code else {}, headers_more=headers or {})

    def say(
        self, status: int, headers: dict[str, str], body: bytes = b"", headers_more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers | (headers_more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
