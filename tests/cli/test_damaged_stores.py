"""A store that is damaged, however it is, is one line at once, whichever command opens it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.cli.app import main
from recommender.evidence.folder import load_knowledge
from recommender.evidence.store import Store
from recommender.evidence.stored import record_knowledge

PAGE = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store that is well."""
    shipped, path = load_knowledge(), tmp_path_factory.mktemp("whole") / "store.sqlite"
    store = Store(path)
    record_knowledge(shipped.without(shipped.datasets.index[2:]), store)
    store.close()
    return path.read_bytes()


def _overwritten(whole: bytes, share: float, fill: bytes) -> bytes:
    n_pages = len(whole) // PAGE
    chosen = np.random.default_rng(0).choice(np.arange(1, n_pages), max(1, int(share * n_pages)), replace=False)
    content = bytearray(whole)
    for page in chosen.tolist():
        content[page * PAGE : (page + 1) * PAGE] = fill
    return bytes(content)


def _swapped(whole: bytes) -> bytes:
    pages = [whole[start : start + PAGE] for start in range(PAGE, len(whole), PAGE)]
    return whole[:PAGE] + b"".join(pages[place] for place in np.random.default_rng(0).permutation(len(pages)))


NOISE = np.random.default_rng(1).integers(0, 256, PAGE, dtype=np.uint8).tobytes()
DAMAGES = {
    "some pages are noise": lambda whole: _overwritten(whole, 0.02, NOISE),
    "half of the pages are noise": lambda whole: _overwritten(whole, 0.5, NOISE),
    "some pages are empty": lambda whole: _overwritten(whole, 0.05, bytes(PAGE)),
    "pages are swapped": _swapped,
    "the first page is noise": lambda whole: whole[:100] + NOISE[100:] + whole[PAGE:],
    "the header is broken": lambda whole: whole[:16] + NOISE[:84] + whole[100:],
    "it is no database": lambda whole: b"SQLite format 4\0" + whole[16:],
    "it is cut short": lambda whole: whole[: len(whole) * 2 // 3],
    "it is one page": lambda whole: whole[:PAGE],
    "it is half a page": lambda whole: whole[: PAGE // 2],
}
COMMANDS = [
    ["kb", "info"],
    ["kb", "list"],
    ["winners"],
    ["winners", "--source", "openml"],
    ["kb", "export", "{}/out.csv"],
    ["kb", "add", "{}/table.csv", "--target", "c", "--configurations", "1", "--workers", "1"],
    ["kb", "drop", "openml:10"],
    ["kb", "atlas", "{}/atlas"],
    ["train", "--output", "{}/trained"],
    ["collect", "--task", "1", "--dry-run"],
    ["import-evaluations", "--flow", "1", "--server", "http://127.0.0.1:9"],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_one_line_of_every_command(tmp_path, capsys, openml_cache, whole, damage):
    path = tmp_path / "store.sqlite"
    (tmp_path / "table.csv").write_text("a,c\n" + "1,u\n2,v\n" * 20)
    for command in COMMANDS:
        path.write_bytes(DAMAGES[damage](whole))
        arguments = [part.replace("{}", str(tmp_path)) for part in command]
        assert main([*arguments, "--store", str(path)]) == 2, command
        out, said = capsys.readouterr()
        assert (out, said.count("\n")) == ("", 1), said
        assert f"the store {path}" in said
        written = {found.name for found in tmp_path.rglob("*") if found.is_file()}
        assert written <= {"table.csv", *_files(path)}


def _files(path: Path) -> set[str]:
    """A store, and what SQLite writes beside it."""
    return {path.name, f"{path.name}-wal", f"{path.name}-shm"}


def test_what_another_program_wrote_into_the_header_does_no_harm(tmp_path, capsys, whole):
    path = tmp_path / "store.sqlite"
    path.write_bytes(whole[:68] + b"\x12\x34\x56\x78" + whole[72:])
    assert main(["kb", "list", "--store", str(path)]) == 0
