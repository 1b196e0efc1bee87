"""The hub for tests in this process: the client library may reach it, and waits between tries are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.weights.fetching import FILES
from tests.weights.local_hub import LocalHub, local_hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """The hub, and a client library that is allowed to reach it; waits between tries are skipped."""
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    from stylize.weights.fetch import transfer

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(_http, "_GLOBAL_CLIENT_FACTORY", _http._GLOBAL_CLIENT_FACTORY)
    monkeypatch.setattr(_http.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(transfer, "pause", lambda seconds: None)
    with local_hub({repository: dict(files) for repository, files in FILES.items()}) as running:
        yield running
    huggingface_hub.close_session()
