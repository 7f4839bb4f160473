"""Outputs that written pages show, made anew: run it after what is recommended, or how it is shown, has changed.

    python -m docs.generating.outputs README.md docs/getting_started.md docs/guide/*.md

Run it where ``pip install '.[docs]'`` was run and nothing else, as by a reader who installs no other extra: with
XGBoost and CatBoost other configurations are recommended.

A ``text`` block right below a ``python`` or ``console`` block is what that block prints. The code of a page runs from
its first line to its last, in a folder of its own with ``examples`` in it. Of a console block only `recommender` is
run, and only where its output is shown.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BLOCK = re.compile(
    r"^```(?P<language>python|console)\n(?P<code>.*?)^```\n(?P<shown>\n```text\n(?P<output>.*?)^```\n)?", re.M | re.S
)
COMMAND = re.compile(r"^\$ .*?\brecommender (?P<arguments>[a-z].*)")
WIDTH = 80
"""Columns of the terminal that is shown."""


def with_outputs(page: str) -> str:
    """The text of a page, with what its code prints now in the place of what it showed.

    Examples
    --------
    >>> page = "```python\\nprint(1 + 1)\\n```\\n\\n```text\\n3\\n```\\n"
    >>> with_outputs(page) == page.replace("3", "2")
    True
    """
    names: dict[str, object] = {}

    def renewed(block: re.Match[str]) -> str:
        if block["language"] == "console" and not block["shown"]:
            return block[0]
        printed = _of_python(block["code"], names) if block["language"] == "python" else _of_console(block["code"])
        if not block["shown"]:
            return block[0]
        lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
        return block[0].replace(block["shown"], "\n".join(["", "```text", *lines, "```", ""]))

    return BLOCK.sub(renewed, page)


def _of_python(code: str, names: dict[str, object]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "page", "exec"), names)
    return printed.getvalue()


def _of_console(code: str) -> str:
    """What the commands print on a terminal, notes included."""
    path = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    printed = ""
    for line in code.replace("\\\n", " ").splitlines():
        if command := COMMAND.match(line):
            printed += subprocess.run(
                f"recommender {command['arguments']}",
                shell=True,
                env=os.environ | path | {"COLUMNS": str(WIDTH)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ).stdout
    return printed


def main(pages: list[Path]) -> None:
    """Write each page with its outputs of now."""
    for page in pages:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            Path("examples").symlink_to(ROOT / "examples")
            text = with_outputs(page.read_text(encoding="utf-8"))
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main([Path(page).resolve() for page in sys.argv[1:]])
