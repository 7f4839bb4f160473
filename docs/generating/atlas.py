"""The atlas of the knowledge base within the site, where it was written before the build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generating.writing import write

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

DOCS = Path(__file__).parent.parent
EXTRA = DOCS / "_build" / "extra"
"""What is copied into the site as it is. `recommender kb atlas docs/_build/extra/atlas` writes the atlas there."""

ABOUT = """# Atlas

Which algorithm won on which dataset? The atlas shows the knowledge base that comes with the package: all datasets in a
table to search, sort and filter, a page for each of them, a page for each algorithm, and a map of datasets by how alike
they are.

"""
THERE = "<p><a href='../atlas/index.html'>Open the atlas</a></p>\n\n"
NOT_THERE = """It is not a part of this build of the site, since writing it takes about twenty seconds. """
MADE = """This command writes it, for this knowledge base or one of your own. Any browser opens it from the folder:

```console
$ recommender kb atlas atlas
```
"""


def add_atlas(app: Sphinx, config: Config) -> None:
    """Write the page on the atlas, and take the atlas in where there is one."""
    there = (EXTRA / "atlas" / "index.html").is_file()
    if there:
        config.html_extra_path = [str(EXTRA)]
    write(DOCS / "project" / "atlas.md", ABOUT + (THERE if there else NOT_THERE) + MADE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Join the build."""
    app.connect("config-inited", add_atlas)
    return {"parallel_read_safe": True}
