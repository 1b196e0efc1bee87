"""One of our own pieces of HTML as a component."""

from __future__ import annotations

from typing import Any

import gradio as gr


def piece(html: str = "", **options: Any) -> Any:
    """Show what `ui.fragments` made. Gradio's own sanitiser is off: it removes labels for screen readers and opens every
    link in a new window. All foreign values are escaped in `ui.fragments`, and the content policy runs no script in it.
    """
    return gr.Markdown(html, sanitize_html=False, latex_delimiters=[], **options)
