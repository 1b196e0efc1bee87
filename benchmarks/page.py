"""python -m benchmarks.page [--runs N]: from the click to the picture that is seen, beside the engine's own seconds.

Starts the real page and a real Chromium. `seen` is measured in the browser: from the click on the big button until the
picture is decoded and the frame after it was drawn. `engine` is the sum of the stages in the same picture's receipt, so
that the ratio holds on any machine; what is over it is the page's: Gradio, packing, sending, drawing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.ui.conftest import CHROMIUM, start
from tests.ui.visitor import Visitor

ROOT = Path(__file__).parents[1]
PHOTO = ROOT / "tests/data/portraits/astronaut.jpg"
TOYS = ("rocket", "telescope", "headphones")
SCENARIOS = (("figure, boxed, 768×960", "action-figure"), ("painting, 768×960", "painted-anime"))

STOPWATCH = """button => new Promise(done => {
  const old = document.querySelector('.compare img.after')?.getAttribute('src');
  const began = performance.now();
  let busy = null;
  const watch = new MutationObserver(look);
  function look() {
    if (busy === null && document.querySelector('#busy .bar')?.getClientRects().length) busy = performance.now() - began;
    const picture = document.querySelector('.compare img.after');
    if (!picture || picture.getAttribute('src') === old || !picture.getClientRects().length) return;
    watch.disconnect();
    const told = performance.now() - began;
    picture.decode().then(() => requestAnimationFrame(() => requestAnimationFrame(() =>
      done({busy, told, seen: performance.now() - began, picture: picture.getAttribute('src')}))));
  }
  watch.observe(document.documentElement, {childList: true, subtree: true, attributes: true});
  document.querySelector(button).click();
})"""


def once(visitor: Visitor, button: str) -> dict[str, float]:
    """Milliseconds of one picture: `busy` until the bar is there, `told` until the page knows the picture, `seen`, and
    `engine`.
    """
    took: dict[str, Any] = visitor.tab.evaluate(STOPWATCH, button)
    base = str(took.pop("picture")).rpartition("/")[0]
    receipt = json.loads(visitor.server.ask(f"{base}/receipt.json").read())
    stages = {name: 1000 * seconds for name, seconds in dict(receipt["durations_seconds"]).items()}
    return {**took, "engine": sum(stages.values())}


def measure(visitor: Visitor, style: str, runs: int) -> list[dict[str, float]]:
    """`runs` pictures in `style`, after one that warms up."""
    tab = visitor.enter()
    visitor.bring(PHOTO)
    tab.click(f"#style label:has(input[value={style}])")
    if style == "action-figure":
        tab.fill("#name textarea", "Eileen")
        for slug in TOYS:
            tab.click(f"#shelf label:has(input[name={slug}])")
    tab.wait_for_timeout(1500)  # what the choices have set in motion is over
    timed = []
    for number in range(runs + 1):
        took = once(visitor, "#make")
        timed += [took] if number else []
        tab.wait_for_timeout(700)
    return timed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    page = start()
    try:
        page.open()
        flags = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        name, _, value = page.cookie.partition("=")
        cookie = {"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}
        print("| picture | engine s | seen s | page's share | bar after s | told before seen s |")
        print("|---|---|---|---|---|---|")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            for title, style in SCENARIOS:
                context = browser.new_context()
                context.add_cookies([cookie])
                timed = measure(Visitor(context, page), style, args.runs)
                context.close()
                middle = {key: statistics.median(one[key] or 0.0 for one in timed) / 1000 for key in timed[0]}
                share = statistics.median(one["seen"] / one["engine"] - 1 for one in timed)
                print(
                    f"| {title} | {middle['engine']:.2f} | {middle['seen']:.2f} | {share:+.1%} | {middle['busy']:.2f} "
                    f"| {middle['seen'] - middle['told']:.2f} |",
                    flush=True,
                )
            browser.close()
    finally:
        page.stop()


if __name__ == "__main__":
    main()
