"""What the hub says of a file, through the official client: its size, its hash, and that it is of the pinned commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import httpx2
import huggingface_hub
from huggingface_hub.errors import HfHubHTTPError

from stylize.errors import DownloadFailed, DownloadRefused
from stylize.weights.catalog import Part, RemoteFile
from stylize.weights.fetch.guard import Guard

CONNECT_SECONDS = 15.0
READ_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What the hub would send. Large files have a `sha256`; small ones live in git, which names them by `git_sha1`."""

    url: str
    size_bytes: int
    sha256: str | None
    git_sha1: str | None


class Hub:
    """The hub at one endpoint. `token` is sent to it and to nobody else, and only if the user gave one."""

    def __init__(self, endpoint: str, guard: Guard, *, token: str | None = None, proxy: str | None = None) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.token: str | bool = token or False
        self._guard = guard
        self._proxy = proxy
        self._api = huggingface_hub.HfApi(
            endpoint=self.endpoint, token=self.token, library_name="stylize", library_version=version("stylize")
        )

    @contextmanager
    def open(self) -> Iterator[None]:
        """All requests of the client library go past the guard while this is open."""
        huggingface_hub.set_client_factory(self._client)
        try:
            yield
        finally:
            huggingface_hub.close_session()

    def headers(self) -> dict[str, str]:
        """For a download: which program asks, the token if any, and no compression, so that bytes can be counted."""
        secret = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"User-Agent": f"stylize/{version('stylize')}", "Accept-Encoding": "identity", **secret}

    def offers(self, part: Part) -> dict[str, Offer]:
        """By path, in one request. Raises DownloadFailed, or DownloadRefused if a file is not there."""
        paths = [file.path for file in part.files]
        with said(part.title):
            found = self._api.get_paths_info(part.repository, paths, revision=part.revision)
        offers: dict[str, Offer] = {}
        for info in found:
            if isinstance(info, huggingface_hub.RepoFile) and info.path in paths:
                large = info.lfs.sha256 if info.lfs else None
                offers[info.path] = Offer(
                    url=huggingface_hub.hf_hub_url(
                        part.repository, info.path, revision=part.revision, endpoint=self.endpoint
                    ),
                    size_bytes=info.lfs.size if info.lfs else info.size,
                    sha256=large,
                    git_sha1=None if large else info.blob_id,
                )
        if missing := [path for path in paths if path not in offers]:
            raise DownloadRefused(part=part.title, what=f"{len(missing)} of its {len(paths)} files are not there")
        return offers

    def confirm(self, part: Part, file: RemoteFile, offer: Offer) -> None:
        """The head of the file agrees with the list: same commit, same hash, same size.

        Raises DownloadRefused where it does not, DownloadFailed where the hub cannot be asked.
        """
        with said(part.title):
            head = huggingface_hub.get_hf_file_metadata(
                offer.url,
                token=self.token,
                endpoint=self.endpoint,
                timeout=CONNECT_SECONDS,
                library_name="stylize",
                library_version=version("stylize"),
                retry_on_errors=True,
            )
        if head.commit_hash != part.revision:
            raise DownloadRefused(part=part.title, what="it comes from another revision")
        if head.etag not in (offer.sha256, offer.git_sha1):
            raise DownloadRefused(part=part.title, what=f"{file.save_as} has another hash in its head")
        if head.size not in (None, offer.size_bytes):
            raise DownloadRefused(part=part.title, what=f"{file.save_as} has another size in its head")

    def _client(self) -> httpx2.Client:
        return httpx2.Client(
            event_hooks={"request": [self._look]},
            follow_redirects=True,
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            proxy=self._proxy,
            trust_env=False,
        )

    def _look(self, request: httpx2.Request) -> None:
        """Also after a redirect that the client library follows by itself, with the headers of the first request."""
        self._guard.check(request.url)
        if request.url.origin != httpx2.URL(self.endpoint).origin:
            request.headers.pop("Authorization", None)


@contextmanager
def said(part: str) -> Iterator[None]:
    """The client library's errors as ours."""
    try:
        yield
    except HfHubHTTPError as problem:
        raise refusal(problem.response.status_code, part) from None
    except httpx2.TimeoutException:
        raise DownloadFailed(why="the server did not answer in time") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
        raise DownloadFailed(why=why(problem)) from None


def why(problem: Exception) -> str:
    """A connection that failed, in words."""
    if "CERTIFICATE_VERIFY_FAILED" in str(problem):
        return "the server could not prove that it is who it says (its certificate is not valid)"
    return "the connection could not be made, or broke"


def refusal(status: int, part: str) -> DownloadFailed | DownloadRefused:
    """An HTTP status of 400 and above as an error of ours."""
    if status in (401, 403):
        return DownloadFailed(why=f"the hub lets only people who signed in have {part}; say --token-file")
    if status in (404, 410):
        return DownloadRefused(part=part, what="it is not there any more")
    if status == 429:
        return DownloadFailed(why="the hub has had too many requests from here; wait a while")
    return DownloadFailed(why=f"the server answered with error {status}")
