"""Draw the public pages of a demonstration city into build/screenshots/, wide and narrow, with this machine's Chromium.

`--readme` also puts the top of a job in service where the README shows it. The city lives in build/city and is kept
between runs.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "build" / "screenshots"
README_IMAGE = ROOT / "docs" / "job.png"
WIDTHS = (1280, 390)
README_SIZE = {"x": 0, "y": 0, "width": 1280, "height": 960}
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = "Chromium is not installed (Debian: apt-get install chromium)"
PATIENCE = 300  # seconds until the city is built and answers
PAGES = {
    "home": "/",
    "jobs": "/jobs",
    "jobs-in-service": "/jobs?state=in_service",
    "job": r"/jobs/\d+",
    "agencies": "/agencies",
    "agency": r"/agencies/\d+",
    "items": "/items",
    "item": r"/items/\d+",
    "law": "/law",
    "calendar": "/calendar",
    "sign-in": "/sign-in",
    "styleguide": "/styleguide",
}


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(NO_CHROMIUM)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "DATA_DIR": str(ROOT / "build" / "city")}
    service = subprocess.Popen([sys.executable, str(ROOT / "scripts" / "serve.py")], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait(service, address)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            draw(browser, address)
            browser.close()
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()


def find_chromium() -> str | None:
    """Where this machine's Chromium is; the browser tests drive the same one."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def wait(service: "subprocess.Popen[bytes]", address: str) -> None:
    patience_ends = time.monotonic() + PATIENCE
    while time.monotonic() < patience_ends and service.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except URLError:
            time.sleep(0.3)
    raise SystemExit("the service did not start")


def draw(browser: Browser, address: str) -> None:
    """Each page at each width; a page given as a pattern is the last of its kind that the page before it links to."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 900}, locale="zh-CN")
        links: list[str] = []
        for name, place in PAGES.items():
            path = (
                place if "\\" not in place else next((link for link in links[::-1] if re.fullmatch(place, link)), None)
            )
            if path is None:
                print(f"no page for {name}")
                continue
            page.goto(address + path)
            links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
            page.screenshot(path=TARGET / f"{name}-{width}.png", full_page=True)
            if name == "job" and width == README_SIZE["width"] and "--readme" in sys.argv[1:]:
                page.screenshot(path=README_IMAGE, full_page=True, clip=README_SIZE)
        page.close()


if __name__ == "__main__":
    main()
