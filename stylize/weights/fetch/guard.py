"""At the door: every request, also after a redirect, is looked at before it leaves, and every host is named once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

from stylize.errors import HostForeign

HUB = ("huggingface.co", "hf.co")
"""The hub's own domains: huggingface.co itself, and the stores that it redirects to, all below hf.co or it."""

_PORTS = {"https": 443, "http": 80}


class Guard:
    """Lets requests to the endpoint, the hub's own domains over https, and `allowed` hosts pass.

    `endpoint`: such as https://huggingface.co; `allowed`: "host" or "host:port" that the user named; `tell` hears each
    host before the first request to it. Plain http passes only where the endpoint itself was given so.
    """

    def __init__(self, endpoint: str, allowed: Iterable[str], tell: Callable[[str], None]) -> None:
        self._endpoint = urlsplit(endpoint)
        self._allowed = {name.lower() for name in allowed}
        self._tell = tell
        self.hosts: list[str] = []

    def check(self, url: str) -> None:
        """Raises HostForeign before anything is sent."""
        target = urlsplit(url)
        name = _name(target)
        if not self._passes(target, name):
            raise HostForeign(host=name or "an unnamed host")
        if name not in self.hosts:
            self.hosts.append(name)
            self._tell(name)

    def _passes(self, target: SplitResult, name: str) -> bool:
        if (target.scheme, name) == (self._endpoint.scheme, _name(self._endpoint)):
            return True
        if target.scheme not in ("https", self._endpoint.scheme):
            return False
        host = (target.hostname or "").lower()
        if name in self._allowed or host in self._allowed:
            return True
        ours = any(host == domain or host.endswith("." + domain) for domain in HUB)
        return ours and target.scheme == "https" and name == host


def _name(url: SplitResult) -> str:
    """host, or host:port where the port is unusual."""
    host = (url.hostname or "").lower()
    try:
        port = url.port
    except ValueError:
        return ""
    return host if port in (None, _PORTS.get(url.scheme)) else f"{host}:{port}"
