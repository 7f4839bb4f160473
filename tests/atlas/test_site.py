from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import browser
import numpy as np
import pandas as pd
import pytest
from browser import needs_driver

from recommender.algorithms.configuration import Configuration
from recommender.atlas.site import write_atlas
from recommender.cli import app as cli
from recommender.errors import KnowledgeBaseError, OutputError
from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "<script>alert('x')</script>"
CONFIGURATIONS = [
    *(Configuration("logistic_regression", {"C": c}) for c in (0.01, 0.1, 10.0)),
    *(Configuration("lightgbm", {"num_leaves": n}) for n in (4, 8, 16, 64)),
    *(Configuration(name, {}) for name in ("logistic_regression", "lightgbm", "lda", "naive_bayes")),
]


def small_knowledge() -> KnowledgeBase:
    """Four binary datasets and one of regression; linear models win on the first two, boosting on the others."""
    rng = np.random.default_rng(0)
    ids = ["openml:1", "openml:2", "openml:3", "own:4", "own:5"]
    datasets = pd.DataFrame(
        {
            "name": ["linear one", "linear two", "curved", HOSTILE, "numbers"],
            "task": ["binary"] * 4 + ["regression"],
            "n_samples": [150, 900, 3_000, 20_000, 700],
            "n_features": [4, 5, 6, 7, 8],
            "family": ids,
        },
        index=ids,
    )
    metafeatures = pd.DataFrame(
        {"nr_inst": datasets["n_samples"], "nr_attr": datasets["n_features"], "nr_num": 3, "missing_share": 0.25}
    ).assign(trial_linear=[0.9, 0.9, 0.7, 0.7, 0.5], trial_boosting=[0.8, 0.8, 0.9, 0.9, 0.6], trial_tree=0.5)
    rows = []
    for place, (i, about) in enumerate(datasets.iterrows()):
        for configuration in CONFIGURATIONS:
            if about["task"] == "regression" and configuration.algorithm != "lightgbm":
                continue
            bonus = 0.1 if (configuration.algorithm == "lightgbm") == (place > 1) else 0.0
            for size, fold in [(10_000, 0), (10_000, 1), *([(200, 0)] if i == "openml:3" else [])]:
                score = 0.7 + bonus + 0.02 * rng.random() + (0.05 if size == 10_000 else 0)
                name = "r2" if about["task"] == "regression" else "roc_auc"
                measured = {"size": size, "fold": fold, "n_train": min(size, about["n_samples"] // 2), "n_test": 50}
                costs = {"fit_seconds": 0.01 + rng.random(), "predict_seconds": 0.01, "status": "ok"}
                key = {"dataset_id": i, "configuration_id": configuration.id}
                rows.append({**dict.fromkeys(METRICS, np.nan), **key, **measured, **costs, name: score})
    configurations = pd.DataFrame(
        {
            "algorithm": [c.algorithm for c in CONFIGURATIONS],
            "hyperparameters": [dict(c.hyperparameters) for c in CONFIGURATIONS],
        },
        index=[c.id for c in CONFIGURATIONS],
    )
    return KnowledgeBase(datasets, metafeatures, configurations, pd.DataFrame(rows), pd.DataFrame())


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("atlas") / "site"
    assert write_atlas(small_knowledge(), folder) == 12  # five datasets, four algorithms, three lists
    return folder


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_dataset_and_algorithm_has_a_page(site):
    assert {p.name for p in (site / "datasets").iterdir()} == {
        *("openml-1.html", "openml-2.html", "openml-3.html", "own-4.html", "own-5.html")
    }
    assert {p.stem for p in (site / "algorithms").iterdir()} == {
        "lightgbm",
        "logistic_regression",
        "lda",
        "naive_bayes",
    }


def test_every_link_leads_to_a_page_of_the_site(site):
    for page in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"]*)"', text_of(page)):
            assert link == "data:," or (page.parent / link).exists(), (page, link)


def test_names_are_text_and_never_markup(site):
    pages = [text_of(page) for page in site.rglob("*.html")]
    assert not any(HOSTILE in page for page in pages)
    assert sum("&lt;script&gt;" in page for page in pages) >= 3


def test_a_dataset_tells_what_it_is_what_won_and_what_is_alike(site):
    page = text_of(site / "datasets" / "openml-1.html")
    assert "150 rows and 4 columns: 3 numbers." in page
    assert "25% of the values are missing." in page
    assert "Small linear models do better here than boosted trees" in page
    assert re.search(r"ROC AUC</th>\s*<td[^>]*><a href=\"../algorithms/logistic_regression.html\">", page)
    assert "linear two" in page.split('id="alike"')[1]


def test_learning_curves_are_drawn_where_there_are_several_sizes(site):
    drawn = {page.name: text_of(page).count("<polyline") for page in (site / "datasets").iterdir()}
    assert drawn.pop("openml-3.html") == 4
    assert set(drawn.values()) == {0}
    assert "What won, by metric and training rows" in text_of(site / "datasets" / "openml-3.html")


def test_an_algorithm_tells_where_it_wins_and_what_it_costs(site):
    page = text_of(site / "algorithms" / "lightgbm.html")
    assert "is the best of all on 3 of 5 datasets" in page
    assert "Its median fit takes" in page
    assert '<a href="../datasets/openml-3.html">curved</a>' in page


def test_a_map_needs_three_datasets_of_a_task(site):
    page = text_of(site / "map.html")
    assert page.count('<a href="datasets/') == 4
    assert "map-regression" not in page


def renamed(knowledge: KnowledgeBase, names: dict[str, str]) -> KnowledgeBase:
    """The same with other ids of datasets."""
    evaluations = knowledge.evaluations.assign(dataset_id=knowledge.evaluations["dataset_id"].replace(names))
    tables = {"datasets": knowledge.datasets, "metafeatures": knowledge.metafeatures}
    return replace(knowledge, evaluations=evaluations, **{n: t.rename(index=names) for n, t in tables.items()})


def test_ids_that_would_share_a_file_do_not(tmp_path):
    names = {"openml:1": "a/b", "openml:2": "a:b", "openml:3": "../../up"}
    write_atlas(renamed(small_knowledge(), names), tmp_path / "site")
    assert len(list((tmp_path / "site" / "datasets").iterdir())) == 5
    assert not list(tmp_path.glob("*.html"))


def test_every_dataset_has_a_file_of_its_own_however_its_id_is_written(tmp_path):
    ids = ["a-2", "a", "A", "x" * 300, "X" * 300]
    names = dict(zip(small_knowledge().datasets.index, ids, strict=True))
    assert write_atlas(renamed(small_knowledge(), names), tmp_path) == 12
    files = [page.name for page in (tmp_path / "datasets").iterdir()]
    assert len(files) == 5
    assert max(map(len, files)) < 120


def only(dataset_ids: list[str], **changed: object) -> KnowledgeBase:
    """The small knowledge base with some of its datasets, and other values in some columns."""
    knowledge = small_knowledge()
    rows = knowledge.evaluations
    return replace(
        knowledge,
        datasets=knowledge.datasets.loc[dataset_ids],
        metafeatures=knowledge.metafeatures.loc[dataset_ids],
        evaluations=rows[rows["dataset_id"].isin(dataset_ids)].assign(**changed),
    )


def test_what_was_measured_without_seconds_has_pages_without_them(tmp_path):
    assert write_atlas(only(["openml:1", "openml:2"], fit_seconds=np.nan, predict_seconds=np.nan), tmp_path) == 9
    pages = [text_of(page) for page in tmp_path.rglob("*.html")]
    assert not any("nan%" in page or "nan s" in page for page in pages)
    assert "over the seconds" not in text_of(tmp_path / "datasets" / "openml-1.html")
    assert "Its median fit takes" not in text_of(tmp_path / "algorithms" / "lightgbm.html")
    one = only(["openml:1"])
    lightgbm = one.evaluations["configuration_id"].str.startswith("lightgbm")
    seconds = one.evaluations["fit_seconds"].where(~lightgbm)
    write_atlas(replace(one, evaluations=one.evaluations.assign(fit_seconds=seconds)), tmp_path)
    assert "over the seconds" in text_of(tmp_path / "datasets" / "openml-1.html")
    assert "nan%" not in text_of(tmp_path / "datasets" / "openml-1.html")


def test_one_configuration_that_is_no_default_has_a_page(tmp_path):
    one = only(["openml:1"])
    first = one.evaluations["configuration_id"] == one.evaluations["configuration_id"].iloc[0]
    assert write_atlas(replace(one, evaluations=one.evaluations[first]), tmp_path) == 5
    page = text_of(tmp_path / "algorithms" / "logistic_regression.html")
    assert "is the best of all on 1 of 1 dataset, " in page


def test_one_dataset_is_one_and_so_are_its_row_and_its_column(tmp_path):
    one = only(["openml:1"])
    write_atlas(replace(one, datasets=one.datasets.assign(n_samples=1, n_features=1)), tmp_path)
    assert '<p id="count" role="status">1 dataset</p>' in text_of(tmp_path / "index.html")
    assert "binary · 1 row, 1 column ·" in text_of(tmp_path / "datasets" / "openml-1.html")


def test_nothing_to_show_is_said(tmp_path):
    knowledge = small_knowledge()
    with pytest.raises(KnowledgeBaseError, match="nothing to show"):
        write_atlas(replace(knowledge, evaluations=knowledge.evaluations.assign(status="failed")), tmp_path / "site")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_atlas(knowledge, tmp_path / "file")


def test_the_command_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("recommender.cli.kb.chosen_knowledge", lambda *_: small_knowledge())
    assert cli.main(["kb", "atlas", str(tmp_path / "site")]) == 0
    assert "12 pages written to" in capsys.readouterr().out.replace("\n", " ")


def test_a_command_that_has_nothing_to_read_leaves_no_folder(tmp_path, capsys):
    assert cli.main(["kb", "atlas", str(tmp_path / "site"), "--store", str(tmp_path / "none.sqlite")]) == 2
    assert "no such store" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def driver() -> Iterator[Browser]:
    with browser.driven() as running:
        yield running


@needs_driver
def test_it_is_searched_filtered_sorted_and_clicked_through(site, driver):
    with browser.opened(driver, site / "index.html") as page:

        def names() -> list[str]:
            return page.locator("tbody tr:visible th a").all_inner_texts()

        assert len(names()) == 5
        page.get_by_label("Search").fill("linear")
        assert names() == ["linear one", "linear two"]
        assert page.get_by_role("status").inner_text() == "2 datasets"
        page.get_by_label("Search").fill("")
        page.get_by_label("Task").select_option("regression")
        assert names() == ["numbers"]
        page.get_by_label("Task").select_option("")
        page.get_by_role("button", name="Rows").click()
        assert names()[0] == "linear one"
        page.get_by_role("button", name="Rows").press("Enter")
        assert names() == [HOSTILE, "curved", "linear two", "numbers", "linear one"]
        page.get_by_role("link", name="curved").click()
        assert page.get_by_role("heading", level=1).inner_text() == "curved"
        page.get_by_role("link", name="lightgbm").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "lightgbm"
        page.get_by_role("link", name="Map").click()
        page.get_by_role("link", name="linear two").click()
        assert page.get_by_role("heading", level=1).inner_text() == "linear two"


@needs_driver
def test_it_fits_windows_and_is_read_aloud(site, driver):
    pages = ["index.html", "algorithms.html", "map.html", "datasets/openml-3.html", "algorithms/lightgbm.html"]
    for place, name in enumerate(pages):
        with browser.opened(driver, site / name, width=360, dark=place % 2 == 0) as page:
            assert browser.overflow(page) == 0, name
            assert browser.violations(page) == [], name
            page.set_viewport_size({"width": 1600, "height": 900})
            assert browser.overflow(page) == 0, name
