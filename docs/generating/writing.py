"""Writing pages where they have changed, so that a build reads no more than it must."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


def write(page: Path, text: str) -> None:
    """Write a page unless it is there with this text."""
    page.parent.mkdir(exist_ok=True)
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")


def tidy(folder: Path, kept: Collection[Path]) -> None:
    """Take away the pages of a folder that are there from earlier builds."""
    for page in folder.glob("*.*"):
        if page.suffix in {".md", ".rst"} and page not in kept:
            page.unlink()
