"""The gallery: which examples there are, from easy to hard, and which of them a build runs."""

from __future__ import annotations

from importlib.util import find_spec

ORDER = (
    "what_to_fit_first",
    "why_this_one",
    "any_table",
    "numbers_to_predict",
    "within_limits",
    "in_scikit_learn",
    "look_into_it",
    "in_skrub",
    "file_to_predictions",
    "seconds_to_spend",
    "three_that_complement",
    "a_report_to_share",
    "your_own_costs",
    "groups_and_time",
    "step_by_step",
    "search_goes_on",
    "card_by_skops",
    "explained_by_shap",
    "logged_by_mlflow",
    "what_a_table_is_like",
    "what_won_where",
    "first_lesson",
    "slow_a_minute",
    "slow_own_evidence",
)
"""From easy to hard."""

NEEDED = {"explained_by_shap": "shap", "logged_by_mlflow": "mlflow"}
"""Libraries of some examples that are too large to be installed for the documentation alone."""
MISSING = tuple(name for name, library in NEEDED.items() if find_spec(library) is None)


def run_by(*, slow: bool) -> str:
    """Which files a build runs, for sphinx-gallery; those that take long with `sphinx-build -t slow` alone."""
    left_out = [*MISSING, *(() if slow else ("slow_",))]
    return rf"/(?!{'|'.join(left_out) or '$'})\w+\.py$"


class FromEasyToHard:
    """Sphinx-gallery's key to sort the examples by."""

    def __init__(self, folder: str) -> None:
        pass

    def __call__(self, file: str) -> int:
        """The place of an example."""
        return ORDER.index(file.removesuffix(".py"))
