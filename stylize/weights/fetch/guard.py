"""At the door: every request, also after a redirect, is looked at before it leaves, and every host is named once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import httpx2

from stylize.errors import HostForeign

HUB = ("huggingface.co", "hf.co")
"""The hub's own domains: huggingface.co itself, and the stores that it redirects to, all below hf.co or it."""


class Guard:
    """Lets requests to the endpoint, the hub's own domains over https, and `allowed` hosts pass.

    `endpoint`: such as https://huggingface.co; `allowed`: "host" or "host:port" that the user named; `tell` hears each
    host before the first request to it. Plain http passes only where the endpoint itself was given so.
    """

    def __init__(self, endpoint: str, allowed: Iterable[str], tell: Callable[[str], None]) -> None:
        self._endpoint = httpx2.URL(endpoint)
        self._allowed = {name.lower() for name in allowed}
        self._tell = tell
        self.hosts: list[str] = []

    def check(self, url: httpx2.URL) -> None:
        """Raises HostForeign before anything is sent. `url` is the client's own, so that both read it alike."""
        name = _name(url)
        if not self._passes(url, name):
            raise HostForeign(host=name or "an unnamed host")
        if name not in self.hosts:
            self.hosts.append(name)
            self._tell(name)

    def _passes(self, url: httpx2.URL, name: str) -> bool:
        if (url.scheme, name) == (self._endpoint.scheme, _name(self._endpoint)):
            return True
        if url.scheme not in ("https", self._endpoint.scheme):
            return False
        if name in self._allowed or url.host in self._allowed:
            return True
        if url.host == self._endpoint.host and url.scheme == "https" and url.port is None:
            return True
        ours = any(url.host == domain or url.host.endswith("." + domain) for domain in HUB)
        return ours and url.scheme == "https" and url.port is None


def _name(url: httpx2.URL) -> str:
    """host, or host:port where the port is unusual."""
    return url.host if url.port is None else f"{url.host}:{url.port}"
