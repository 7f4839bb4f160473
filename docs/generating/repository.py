"""Pages that are kept elsewhere in the repository, as pages of the site, with links that work in both places."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from generating.writing import tidy, write

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).parent.parent
ROOT = DOCS.parent
SOURCE = "https://github.com/recommender-developers/recommender/blob/main/"
"""Where files are read that are no pages of the site."""

PAGES, PICTURES = {".md", ".rst"}, {".png", ".svg"}
"""What is a page of the site where it lies in docs/, and what is shown wherever it lies."""

SINGLE = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "data/README.md": "project/knowledge_base.md",
    "benchmarks/README.md": "benchmarks/index.md",
}
LINK = re.compile(r"(?P<before>\]\()(?P<to>[^)\s#]+)(?P<anchor>#[^)\s]*)?(?=\))")


def mounted() -> dict[Path, Path]:
    """Files of the repository and the pages that they are in the site."""
    pages = {ROOT / source: DOCS / page for source, page in SINGLE.items()}
    for study in sorted((ROOT / "benchmarks").glob("*/*.md")):
        name = study.parent.name if study.name == "README.md" else f"{study.parent.name}_{study.stem}"
        pages[study] = DOCS / "benchmarks" / f"{name}.md"
    return pages


def relinked(text: str, source: Path, page: Path) -> str:
    """A text of the repository as a page of the site: links lead to pages, pictures are found, the rest is source."""
    pages = mounted()

    def moved(match: re.Match[str]) -> str:
        to, anchor = match["to"], match["anchor"] or ""
        if re.match(r"[a-z]+:", to):
            return match[0]
        target = Path(os.path.normpath(source.parent / to))
        shown = pages.get(target, target)
        if shown.suffix in PICTURES or (shown.suffix in PAGES and shown.is_relative_to(DOCS)):
            return f"{match['before']}{os.path.relpath(shown, page.parent)}{anchor}"
        return f"{match['before']}{SOURCE}{shown.relative_to(ROOT)}{anchor}"

    return LINK.sub(moved, text)


def below_it(source: Path, text: str) -> list[Path]:
    """The pages below one: of the index of benchmarks the studies as it names them, of a study what lies beside it."""
    if source == ROOT / "benchmarks" / "README.md":
        return sorted(source.parent.glob("*/README.md"), key=lambda study: text.find(f"{study.parent.name}.md"))
    beside = sorted(source.parent.glob("*.md")) if source.parent.parent == ROOT / "benchmarks" else []
    return [page for page in beside if page != source] if source.name == "README.md" else []


def write_pages(app: Sphinx, config: object) -> None:
    """Write each page anew where its text has changed."""
    pages = mounted()
    for source, page in pages.items():
        text = relinked(source.read_text(encoding="utf-8"), source, page)
        below = "\n".join(pages[one].stem for one in below_it(source, text))
        write(page, text + (f"\n```{{toctree}}\n:hidden:\n\n{below}\n```\n" if below else ""))
    tidy(DOCS / "benchmarks", pages.values())


def relink_page(app: Sphinx, docname: str, content: list[str]) -> None:
    """Let the links of a written page lead out of docs/ as those of the repository do."""
    page = DOCS / f"{docname}.md"
    if page.exists() and page not in mounted().values():
        content[0] = relinked(content[0], page, page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Join the build."""
    app.connect("config-inited", write_pages)
    app.connect("source-read", relink_page)
    return {"parallel_read_safe": True}
