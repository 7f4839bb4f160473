"""A real headless browser that opens pages and says what it saw."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

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
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        options += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        options += [f"--user-data-dir={folder / 'browser'}", f"--host-resolver-rules=MAP * {address}"]
        options += ["--enable-logging=stderr", "--dump-dom"]
        done = subprocess.run(
            [str(CHROMIUM), *options, "http://page.test/"], capture_output=True, text=True, timeout=120, check=True
        )
        server.shutdown()
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    assert found, done.stdout + done.stderr
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Seen(json.loads(unescape(found.group(1))), console, requests)
