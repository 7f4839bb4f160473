"""What must hold of the built site, else there is a warning: links lead somewhere, nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser asks for when it shows a page."""
OF_THE_THEME = "webpack-macros.html"
"""No page, but a part that the theme makes pages from."""


@dataclass
class Page(HTMLParser):
    """The names within a page, where its links lead, and what it loads."""

    names: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        about = {name: value for name, value in attrs if value}
        self.names |= {about[name] for name in ("id", "name") if name in about}
        if tag == "a" and "href" in about:
            self.links.add(about["href"])
        if LOADED.get(tag) in about:
            self.loads.add(about[LOADED[tag]])


def read(file: Path) -> Page:
    """A page of the site."""
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def complaints(site: Path) -> Iterator[str]:
    """What does not hold, a sentence each."""
    pages = {file: read(file) for file in sorted(site.rglob("*.html")) if file.name != OF_THE_THEME}
    for file, page in pages.items():
        for address in sorted(page.loads | page.links):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if address in page.loads and parts.scheme != "data":
                    yield f"{file.relative_to(site)} loads {address} from elsewhere"
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not target.is_file():
                yield f"{file.relative_to(site)} leads to {address}, which is not there"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                yield f"{file.relative_to(site)} leads to {address}, and there is no such place on that page"


def check_site(app: Sphinx, error: Exception | None) -> None:
    """Warn of everything that does not hold once the site is built."""
    if error is None and app.builder.name == "html":
        for complaint in complaints(Path(app.outdir).resolve()):
            logging.getLogger(__name__).warning(complaint)


def setup(app: Sphinx) -> dict[str, bool]:
    """Join the build."""
    app.connect("build-finished", check_site)
    return {"parallel_read_safe": True}
