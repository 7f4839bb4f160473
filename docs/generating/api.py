"""The reference of the API: a page for each name of one table, and an index that goes by it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generating.writing import tidy, write

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = Path(__file__).parent.parent / "api"


@dataclass(frozen=True)
class Section:
    """A part of the reference.

    Parameters
    ----------
    title, about : str
        What stands above it.
    names : tuple of str
        What belongs to it, as it is imported, without ``recommender.``.
    """

    title: str
    about: str
    names: tuple[str, ...]


SECTIONS = (
    Section(
        "Choosing",
        "What to fit first on a table, and why.",
        (
            "recommend",
            "Recommendation",
            "RecommendedConfiguration",
            "advice.ranking.Ranking",
            "advice.reasons.Reasons",
            "showing.report.write_report",
            "showing.script.write_script",
        ),
    ),
    Section(
        "Fitting",
        "From a recommendation to a fitted model, by scikit-learn's estimators, within a budget, or step by step.",
        (
            "RecommendedClassifier",
            "RecommendedRegressor",
            "recommendation.Refinement",
            "fitting.refinement.refine",
            "fitting.refinement.Refined",
            "fitting.session.Session",
            "fitting.warm_start.SearchSpace",
            "showing.card.write_card",
        ),
    ),
    Section(
        "Saving and predicting",
        "Models in files without pickle, and new rows.",
        (
            "save",
            "load",
            "fitting.new_rows.new_rows",
            "fitting.new_rows.NewRows",
            "fitting.new_rows.predictions",
            "fitting.new_rows.score_held_out",
            "fitting.new_rows.HeldOut",
        ),
    ),
    Section(
        "Tables",
        "A table with a target, and what describes it.",
        (
            "load_dataset",
            "Dataset",
            "extract_metafeatures",
            "metafeatures.extract.MetaFeatures",
            "evaluation.metrics.Metric",
        ),
    ),
    Section(
        "Evidence",
        "What was measured, and how to measure more.",
        (
            "load_knowledge",
            "save_knowledge",
            "KnowledgeBase",
            "collect",
            "Store",
            "evidence.stored.knowledge_of",
            "algorithms.configuration.Configuration",
            "evaluation.evaluate.evaluate",
            "evaluation.evaluate.Evaluation",
            "atlas.site.write_atlas",
        ),
    ),
    Section(
        "The meta-model",
        "What is learnt from the evidence.",
        ("load_trained", "metamodel.trained.Trained", "MetaModel", "metamodel.prediction.Prediction"),
    ),
    Section(
        "Errors",
        "Every error that is raised on purpose is a `RecommenderError`; its message says what to do.",
        (
            "RecommenderError",
            "errors.DatasetError",
            "errors.UnknownNameError",
            "errors.MetricError",
            "errors.RecommendationError",
            "errors.LimitError",
            "errors.OutputError",
            "errors.SavedModelError",
            "errors.MissingExtraError",
            "errors.KnowledgeBaseError",
            "errors.StoreError",
            "errors.StoreGoneError",
            "errors.ServerError",
            "errors.ServerBusyError",
            "errors.ClusterError",
            "metamodel.model.MetaModelError",
            "measuring.matrix.MatrixError",
            "evidence.aslib.ScenarioError",
            "evidence.results_csv.ResultsError",
        ),
    ),
)
"""The table that the reference goes by. A test holds it against `recommender.__all__` and the errors."""

OF_SCIKIT_LEARN = "BaseEstimator, ClassifierMixin, RegressorMixin, Exception, object"
"""Ancestors whose members are not shown."""
REQUESTS = "get_metadata_routing, set_fit_request, set_score_request, set_predict_request"
"""What scikit-learn gives to every estimator for the routing of metadata."""


def found(name: str) -> Any:
    """What stands behind a name of the table."""
    module, _, attribute = f"recommender.{name}".rpartition(".")
    return getattr(import_module(module), attribute)


def page(name: str) -> str:
    """The page of a name, in reStructuredText."""
    full, short = f"recommender.{name}", name.rpartition(".")[2]
    title = f"{short}\n{'=' * len(short)}\n\n"
    examples = f"\n.. minigallery:: {full}\n   :add-heading: Examples\n"
    if not inspect.isclass(found(name)):
        return f"{title}.. autofunction:: {full}\n{examples}"
    members = f"   :members:\n   :inherited-members: {OF_SCIKIT_LEARN}\n   :exclude-members: {REQUESTS}\n"
    return f"{title}.. autoclass:: {full}\n{members}{examples}"


def index() -> str:
    """The index, in Markdown: a table for each section."""
    parts = [
        "# API\n\nNames without a dot are imported from `recommender` itself, the others from their modules in it.\n"
    ]
    for section in SECTIONS:
        rows = "".join(f"| [{name}](recommender.{name}.rst) | {summary(name)} |\n" for name in section.names)
        parts.append(f"## {section.title}\n\n{section.about}\n\n| name | what it is |\n| --- | --- |\n{rows}")
        names = "\n".join(f"recommender.{name}" for name in section.names)
        parts.append(f"```{{toctree}}\n:hidden:\n:caption: {section.title}\n\n{names}\n```\n")
    return "\n".join(parts)


def summary(name: str) -> str:
    """The first sentence of a docstring, as a cell of a table."""
    first = (inspect.getdoc(found(name)) or "").split("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|").replace("``", "`")


def write_pages(app: Sphinx, config: object) -> None:
    """Write the index and all pages."""
    pages = {FOLDER / f"recommender.{name}.rst": page(name) for section in SECTIONS for name in section.names}
    pages[FOLDER / "index.md"] = index()
    for file, text in pages.items():
        write(file, text)
    tidy(FOLDER, pages)


def resolve(app: Sphinx, env: Any, node: Any, contnode: Any) -> Any:
    """Let a docstring name what has a page by its short name."""
    full = FULL_NAMES.get(node.get("reftarget", ""))
    if node.get("refdomain") != "py" or full is None or full == node["reftarget"]:
        return None
    return env.get_domain("py").resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, contnode)


FULL_NAMES = {name.rpartition(".")[2]: f"recommender.{name}" for section in SECTIONS for name in section.names}
"""Full names by short ones."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Join the build."""
    app.connect("config-inited", write_pages)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True}
