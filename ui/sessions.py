"""What Gradio holds of each page that was opened, until the program ends: which choices its widgets have, and no more.

By itself it also notes the last value of every widget, typed names and the drawn card among them, for links of a kind that
this page does not have; neither wiping nor closing the page would reach them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any


def keep_no_values(page: Any) -> None:
    """See to it for all sessions of a `gr.Blocks` that was mounted."""
    page.state_holder.session_data = Sessions()


class Sessions(OrderedDict[str, Any]):
    """What Gradio holds as session → its state."""

    def __setitem__(self, session: str, state: Any) -> None:
        state.config_values = Nothing()
        super().__setitem__(session, state)


class Nothing(dict[int, Any]):
    """As if each widget's place were there, and had no room for a value."""

    def __contains__(self, _widget: object) -> bool:
        return True

    def __missing__(self, _widget: int) -> dict[str, Any]:
        return {}

    def __setitem__(self, _widget: int, _values: Any) -> None:
        pass
