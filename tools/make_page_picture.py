"""Make the README's picture of the page: `python -m tools.make_page_picture`. Needs Chromium (CHROMIUM=path, if elsewhere)."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
PORTRAIT = ROOT / "tests/data/portraits/astronaut.jpg"
PICTURE = ROOT / "docs/pictures/page.webp"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ACCESSORIES = ("Rocket", "Telescope", "Headphones")


def visit(tab: Page, address: str) -> bytes:
    """The whole flow, as a user would; returns a PNG of the page when the toy is done."""
    tab.goto(address)
    tab.wait_for_selector("#make", timeout=60_000)
    tab.set_input_files("#photo input[type=file]", str(PORTRAIT))
    tab.wait_for_selector("#report .ready")
    tab.get_by_placeholder("Ada").fill("Eileen")
    for name in ACCESSORIES:
        tab.locator("#shelf label").filter(has_text=re.compile(f"^\\s*{name}\\s*$")).first.click()
    tab.click("#make")
    tab.wait_for_selector("#home a.file", timeout=60_000)
    slider = tab.locator("#picture input[type=range]").first
    slider.focus()
    slider.press("Home")
    for _ in range(12):
        slider.press("ArrowRight")
    tab.wait_for_timeout(800)
    return tab.screenshot(full_page=True)


def main() -> None:
    command = [sys.executable, "-m", "ui", "--no-browser", "--port", "0"]
    page = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert page.stdout is not None
        found = re.search(r"http://\S+", page.stdout.readline())
        assert found is not None, "the page did not start"
        with sync_playwright() as playwright:
            flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            shot = visit(browser.new_page(viewport={"width": 1440, "height": 1000}), found[0])
            browser.close()
    finally:
        page.terminate()
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    small = picture.resize((1200, round(picture.height * 1200 / picture.width)), Image.Resampling.LANCZOS)
    small.save(PICTURE, quality=86, method=6)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
