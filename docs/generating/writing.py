"""Writing a page where it has changed, so that a build reads no more than it must."""

from __future__ import annotations

from pathlib import Path


def write(page: Path, text: str) -> None:
    """Write a page unless it is there with this text."""
    page.parent.mkdir(exist_ok=True)
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8")
