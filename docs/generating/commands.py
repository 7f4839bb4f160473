"""The reference of the command line: a page for each command, from what `--help` says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generating.writing import tidy, write

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = Path(__file__).parent.parent / "cli"


def program() -> Any:
    """The program, with its commands."""
    from recommender.cli.app import program

    return program()


def page(command: Any, name: str, level: int = 1) -> str:
    """A command, its arguments and options, and those of its commands where it has any, in Markdown."""
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"{'#' * level} {name}\n", _told(command.help), f"```text\n{usage}\n```\n"]
    for kind in ("argument", "option"):
        records = [one.get_help_record(context) for one in command.params if one.param_type_name == kind]
        told = "\n".join(f"`{' '.join(what.split())}`\n: {_told(about)}\n" for what, about in filter(None, records))
        parts += [f"**{kind.capitalize()}s**\n", told] if told else []
    parts += [_told(command.epilog), *_of_group(command, name, level)]
    return "\n".join(parts)


def _of_group(command: Any, name: str, level: int) -> list[str]:
    inner = getattr(command, "commands", {})
    return [page(one, f"{name} {called}", level + 1) for called, one in inner.items()]


def _told(text: str | None) -> str:
    """A help, with the names of all algorithms where it stands for them."""
    from recommender.algorithms.catalogue import ALGORITHMS
    from recommender.cli.options import THE_ALGORITHMS

    names = ", ".join(f"`{name}`" for name in ALGORITHMS)
    return (text or "").replace(THE_ALGORITHMS, names).replace("[", "\\[") + "\n"


def index() -> str:
    """What all commands share, and a line for each."""
    main = program()
    rows = [f"| [{name}]({name}.md) | {command.help.split(chr(10))[0]} |" for name, command in main.commands.items()]
    table = "\n".join(["| command | what it does |", "| --- | --- |", *rows])
    names = "\n".join(main.commands)
    tree = f"```{{toctree}}\n:hidden:\n\n{names}\n```\n"
    return f"# Command line\n\n{_told(main.epilog)}\n{table}\n\n{tree}"


def write_pages(app: Sphinx, config: object) -> None:
    """Write the index and all pages."""
    pages = {FOLDER / f"{name}.md": page(one, f"recommender {name}") for name, one in program().commands.items()}
    pages[FOLDER / "index.md"] = index()
    for file, text in pages.items():
        write(file, text)
    tidy(FOLDER, pages)


def setup(app: Sphinx) -> dict[str, bool]:
    """Join the build."""
    app.connect("config-inited", write_pages)
    return {"parallel_read_safe": True}
