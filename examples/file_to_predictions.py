"""From a file to predictions: fit what is recommended, save it, and let another program predict new rows by it.

The customers who came last are held out: the model learns from the earlier ones, is written to a file without pickle,
is read again as a program would that knows nothing else, and predicts the later ones, with a score for each metric and
how far it can be trusted.

    python examples/file_to_predictions.py churn.skops predictions.csv
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from recommender import RecommendedClassifier, load, save
from recommender.fitting.new_rows import new_rows, predictions, score_held_out

CHURN = Path(__file__).parent / "churn.csv"
TARGET, SINCE = "churned", "customer_since"


def fit_and_save(customers: pd.DataFrame, model_file: Path) -> None:
    """Compare three configurations that complement each other, fit the best, and keep it."""
    model = RecommendedClassifier(n_candidates=3, max_fit_time=1.0)
    model.fit(customers.drop(columns=TARGET), customers[TARGET])
    print(model.leaderboard_[["algorithm", "score", "seconds"]].round(3).to_string())
    save(model, model_file, target=TARGET)


def predict(customers: pd.DataFrame, model_file: Path) -> pd.DataFrame:
    """The predictions by a saved model, with the probability of each class."""
    model = load(model_file)
    return predictions(model, new_rows(model, customers).X, probabilities=True)


def main(model_file: Path, predictions_file: Path) -> pd.DataFrame:
    """Do it all, and return the scores on the customers who came last."""
    customers = pd.read_csv(CHURN).sort_values(SINCE, ignore_index=True)
    earlier, later = customers[:450], customers[450:]
    fit_and_save(earlier, model_file)
    predict(later, model_file).to_csv(predictions_file, index=False)
    model = load(model_file)
    found = score_held_out(model, new_rows(model, later).X, later[TARGET])
    print(found.scores.round(3).to_string())
    return found.scores


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3] if len(sys.argv) > 2 else ("churn.skops", "predictions.csv")))
