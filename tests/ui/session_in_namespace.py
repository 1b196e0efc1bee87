"""A whole visit in a network of its own, with every packet counted: `python -m tests.ui.session_in_namespace PHOTO
PROFILE_FOLDER [--idle SECONDS] [--chatty]`. Prints what happened as JSON; ends with code 77 and a sentence where no such network can
be had. The process that runs this leaves its own network for good.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import signal
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.ui import lonely
from tests.ui.conftest import Page, start
from tests.ui.packets import LOOK_UP_PORTS, Flow, Recorder
from tests.ui.visitor import Visitor

NOT_HERE = 77
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FAR, FAR_IPV6 = "198.51.100.10", "2001:db8::10"
"""Addresses that belong to nobody (RFC 5737, RFC 3849)."""
NO_UPDATES = "--component-updater=url-source=http://127.0.0.1:9/"
"""What Playwright leaves on of Chromium's own business is looking for new parts of itself. It is sent to the port "discard",
which browsers never dial. What Chromium asks its maker because of a page (what the fields of a form may mean, a
dictionary for what is typed) stays on: a page can see to it that nothing is asked, and ours has to.
"""
CONTROLS = ("name", "connect", "connect ipv6", "datagram", "multicast", "browser name", "browser connect")


def visit(tab: Any, visitor: Visitor, page: Page, photo: Path, idle_seconds: float) -> dict[str, Any]:
    """Open, bring, choose, make, take home, wipe, reload, close. Returns what shows that it really happened."""
    tab.goto(f"{page.origin}/?token={page.token}")
    tab.wait_for_selector("#make", timeout=60_000)
    visitor.bring(photo)
    report = tab.inner_text("#report")
    tab.click("#style label:has(input[value=doll])")
    tab.fill("#name textarea", "Canary")
    tab.type("#search textarea", "micr")
    tab.click("#shelf label:has(input[name=microphone])")
    tab.click("#make")
    tab.wait_for_selector("#home a.file", timeout=120_000)
    files = {label: len(visitor.take_home(label)[1]) for label in ("PNG", "JPEG", "WebP")}
    tab.wait_for_timeout(idle_seconds * 1000)
    attempts = tab.evaluate("fetch('/privacy.json').then(answer => answer.json()).then(state => state.attempts)")
    tab.click("#forget")
    visitor.until("!document.querySelector('.compare img.after, #photo .image-frame img')")
    tab.reload()
    tab.wait_for_selector("#make")
    tab.close()
    return {"face": "Face found" in report, "files": files, "attempts": attempts}


def session(recorder: Recorder, options: argparse.Namespace) -> dict[str, Any]:
    """Start page and browser, visit, close both; then let the recorder prove that it would have seen anything else."""
    from playwright.sync_api import Error, sync_playwright

    page = start()
    at_start = recorder.flows()
    try:
        with sync_playwright() as playwright:
            flags = ["--no-sandbox"] if os.geteuid() == 0 else []
            flags += [] if options.chatty else [NO_UPDATES]
            open_browser = functools.partial(
                playwright.chromium.launch_persistent_context,
                str(options.profile),
                executable_path=CHROMIUM,
                args=flags,
            )

            context = open_browser()
            visitor = Visitor(context, page)
            told = visit(visitor.tab, visitor, page, options.photo, options.idle)
            context.close()
            time.sleep(1)
            told["asked"] = len(visitor.asked)
            told["asked_elsewhere"] = [
                url for url in visitor.asked if not url.startswith((page.origin + "/", "blob:", "data:", "about:"))
            ]
            told["server_ended"] = page.stop(signal.SIGTERM)
            time.sleep(1)
            told |= account(recorder.flows() - at_start, page, recorder.owners)
            told["at_start"] = {str(flow): count for flow, count in at_start.items() if not is_at_home(flow)}
            told["bytes"] = recorder.bytes_seen
            before = recorder.flows()
            reach_out()
            context = open_browser()
            tab = context.new_page()
            for address in ("http://browser.example/", f"http://{FAR}:8081/"):
                with contextlib.suppress(Error):
                    tab.goto(address, timeout=3000)
            context.close()
            told["controls"] = controls(recorder.flows() - before)
    finally:
        if page.process.poll() is None:
            page.stop()
    return told


def account(flows: Counter[Flow], page: Page, owners: dict[Flow, str]) -> dict[str, Any]:
    """Packets between browser and page, and everything else by name."""
    address = urlsplit(page.origin)
    home = (address.hostname or "", address.port or 80)
    ours = {flow: count for flow, count in flows.items() if is_ours(flow, home)}
    others = {flow: count for flow, count in flows.items() if flow not in ours}
    return {
        "packets": sum(ours.values()),
        "connections": len({flow for flow in ours if flow.target_port == home[1]}),
        "others": {f"{flow} ({owners.get(flow) or 'nobody'})": count for flow, count in others.items()},
        "look_ups": sum(count for flow, count in others.items() if flow.target_port in LOOK_UP_PORTS),
    }


def is_at_home(flow: Flow) -> bool:
    """From this machine's loopback to itself: before it opens, the page tries on a connection with itself whether the
    kernel tells whose a connection is.
    """
    return flow.protocol == "tcp" and flow.source.startswith("127.") and flow.target.startswith("127.")


def is_ours(flow: Flow, home: tuple[str, int]) -> bool:
    """TCP, one end the page's listener, the other end on this machine's loopback."""
    there, back = flow.ends()
    partner = there if back == home else back
    return flow.protocol == "tcp" and home in (there, back) and partner[0].startswith("127.")


def reach_out() -> None:
    """What a hostile library would do. Only where there is nothing but loopback."""
    lonely.insist()
    with contextlib.suppress(OSError):
        socket.getaddrinfo("control.example", 80)
    for family, address in ((socket.AF_INET, FAR), (socket.AF_INET6, FAR_IPV6)):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as wire:
            wire.settimeout(1)
            wire.connect((address, 8080))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        for address in (FAR, "224.0.0.251"):
            with contextlib.suppress(OSError):
                wire.sendto(b"control", (address, 5353))
    time.sleep(0.5)


def controls(flows: Counter[Flow]) -> dict[str, int]:
    """How many packets of each of CONTROLS were seen."""

    def count(protocol: str, target: str, port: int) -> int:
        return sum(n for flow, n in flows.items() if (flow.protocol, *flow.ends()[1]) == (protocol, target, port))

    def asked_for(name: str) -> int:
        return sum(n for flow, n in flows.items() if flow.target_port == 53 and flow.name.startswith(name))

    seen = (
        asked_for("control.example"),
        count("tcp", FAR, 8080),
        count("tcp", FAR_IPV6, 8080),
        count("udp", FAR, 5353),
        count("udp", "224.0.0.251", 5353),
        asked_for("browser.example"),
        count("tcp", FAR, 8081),
    )
    return dict(zip(CONTROLS, seen, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("photo", type=Path)
    parser.add_argument("profile", type=Path)
    parser.add_argument("--idle", type=float, default=5)
    parser.add_argument("--chatty", action="store_true", help="leave Chromium's own services as Playwright has them")
    options = parser.parse_args()
    try:
        lonely.enter()
    except OSError as problem:
        print(f"no network of its own here: {problem}")
        return NOT_HERE
    recorder = Recorder()
    try:
        told = session(recorder, options)
    finally:
        recorder.stop()
    print(json.dumps({**told, "lost": recorder.lost}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
