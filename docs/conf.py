"""How the site is built: `sphinx-build -W --keep-going docs docs/_build/html`, without a network."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS)]  # the package of this checkout, and what generates pages

from generating.gallery import run_by  # noqa: E402 (after the path)

PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = PROJECT["name"]
author = PROJECT["authors"][0]["name"]
copyright = author
version = release = PROJECT["version"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "generating.api",
    "generating.atlas",
    "generating.checking",
    "generating.commands",
    "generating.repository",
]
exclude_patterns = ["_build", "generating"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
default_role = "py:obj"
smartquotes_action = "qe"  # two dashes begin an option
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": run_by(slow=tags.has("slow")),  # noqa: F821 (Sphinx gives it)
    "within_subsection_order": "generating.gallery.FromEasyToHard",
    "doc_module": ("recommender",),
    "backreferences_dir": "api/examples",
    "write_computation_times": False,
    "show_signature": False,
    "download_all_examples": False,
    "image_srcset": ["2x"],
    "parallel": 2,
}

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": project},
    "navbar_persistent": ["search-button"],
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 8,
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
