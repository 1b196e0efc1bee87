"""The command line: one thin module a verb, loaded only when its verb is said."""

from __future__ import annotations

from stylize.privacy import lock_down

lock_down()

from stylize.cli.main import main, program  # noqa: E402 - nothing may be imported before the switches are set

__all__ = ["main", "program"]
