"""A real headless browser that opens pages and says what it saw."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-quic"]
OPTIONS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
needs_driver = pytest.mark.skipif(
    CHROMIUM is None or not find_spec("playwright") or not find_spec("axe_playwright_python"),
    reason="needs Chromium (apt-get install chromium) and the extra dev",
)

MEASURE = """
function channels(colour) { return colour.match(/[\\d.]+/g).map(Number); }
function luminance(colour) {
  const [r, g, b] = channels(colour).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function background(element, view) {
  for (; element; element = element.parentElement) {
    const colour = view.getComputedStyle(element).backgroundColor;
    if ((channels(colour)[3] ?? 1) === 1) return colour;
  }
  return "rgb(255, 255, 255)";
}
function contrast(view) {
  const found = [...view.document.body.querySelectorAll("*")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .map(e => [luminance(view.getComputedStyle(e).color), luminance(background(e, view))])
    .map(pair => (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05));
  return Math.min(...found);
}
window.onload = () => {
  const seen = [...document.querySelectorAll("iframe")].map(({contentWindow: view}) => ({
    width: view.innerWidth,
    overflow: view.document.documentElement.scrollWidth - view.document.documentElement.clientWidth,
    contrast: contrast(view),
    scripts: view.document.querySelectorAll("script").length,
    text: view.document.body.innerText,
  }));
  document.body.innerHTML = "<pre id=seen></pre>";
  document.getElementById("seen").textContent = JSON.stringify(seen);
};
"""


@dataclass(frozen=True)
class Seen:
    """What a browser saw of a page: one dict for each width, its console, and every address that pages asked for."""

    frames: list[dict]
    console: list[str]
    requests: list[str]


def open_page(page: str, folder: Path, *, widths: tuple[int, ...] = (380, 1280)) -> Seen:
    """Open a page in frames of some widths; the whole internet is a server here that lists what is asked of it."""
    frames = "".join(f'<iframe src="/page" style="width: {w}px; height: 900px; border: 0"></iframe>' for w in widths)
    pages = {"/": f"<!DOCTYPE html><link rel=icon href=data:,><body>{frames}<script>{MEASURE}</script>", "/page": page}
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"].split(":")[0]
            if host == "page.test" or "Referer" in self.headers:  # the browser's own errands have no referer
                requests.append(host + self.path)
            content = pages.get(self.path, "").encode()
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        options = [*OPTIONS, f"--user-data-dir={folder / 'browser'}", f"--host-resolver-rules=MAP * {address}"]
        options += ["--enable-logging=stderr", "--dump-dom"]
        done = subprocess.run(
            [str(CHROMIUM), *options, "http://page.test/"], capture_output=True, text=True, timeout=120, check=True
        )
        server.shutdown()
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    assert found, done.stdout + done.stderr
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Seen(json.loads(unescape(found.group(1))), console, requests)


@contextmanager
def driven() -> Iterator[Browser]:
    """A browser whose pages are clicked and typed into."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path, *, width: int = 1280, dark: bool = False) -> Iterator[Page]:
    """A file in a window of some width, without a network; it may complain of nothing and ask for no address."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light")
    context.set_offline(True)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:")) else complaints.append(request.url),
    )
    page.goto(file.as_uri())
    yield page
    context.close()
    assert complaints == []


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page for people who do not see it, or not well: a line for each element."""
    import axe_playwright_python

    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({preload: false})")  # it would fetch style sheets, which files may not
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
