"""A small page of Gradio on the foundations and behind the wall; started by test_page_behind_wall.

Speaks one line of JSON when it stands, then serves until its input ends.
"""

from __future__ import annotations

from stylize.privacy import lock_down

lock_down()

import json  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402

from stylize.privacy import egress, filter, kernel, wall, witness  # noqa: A004, E402
from stylize.privacy.workspace import private_folder  # noqa: E402


def main(lacking: list[str]) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    if lacking:
        rules = [filter.Rule(calls=" ".join(lacking), answer=filter.REFUSE, why="a test.")]
        egress.install(filter.assemble(kernel.machine() or "", rules, otherwise=filter.ALLOW))
    witness.watch()
    begun = time.perf_counter()
    built = wall.foundations()
    laid = time.perf_counter()
    with private_folder() as folder:
        server = _server()
        opened = time.perf_counter()
        raised = wall.raise_wall(built, [listener])
        told = {
            "port": listener.getsockname()[1],
            "stands": [part.name for part in raised.parts if part.stands],
            "foundations_ms": round(1e3 * (laid - begun), 2),
            "wall_ms": round(1e3 * (time.perf_counter() - opened), 2),
            "attempts": [[a.kind, a.library, a.count] for a in witness.attempts()],
            "folder": str(folder),
        }
        threading.Thread(target=_until_input_ends, args=(server,), daemon=True).start()
        print(json.dumps(told), flush=True)
        server.run(sockets=[listener])
    print(json.dumps({"left": os.path.exists(folder), "attempts": witness.count()}), flush=True)  # noqa: PTH110


def _server():
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI

    with gr.Blocks(analytics_enabled=False) as page:
        word = gr.Textbox(label="word")
        turned = gr.Textbox(label="turned")
        word.submit(lambda text: text[::-1], word, turned, api_name="turn")
    app = gr.mount_gradio_app(FastAPI(), page, "/", ssr_mode=False)
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))


def _until_input_ends(server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main(sys.argv[1:])
