"""AutoGluon in an environment of its own: run by its Python, told what to do in lines of JSON, and answering in such.

    {"fit": "train.parquet", "folder": ..., "task": ..., "metric": ..., "presets": ..., "seconds": ..., "n_jobs": ...}
    {"predict": "rows.parquet"}

It says that it is ready once its libraries are loaded. Nothing of this project is imported here.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import pandas as pd

TARGET = "_target"


def fitted(asked: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The predictor, and the seconds that it took."""
    from autogluon.tabular import TabularPredictor

    table = pd.read_parquet(asked["fit"])
    started = time.monotonic()
    about = {"problem_type": asked["task"], "eval_metric": asked["metric"]}
    predictor = TabularPredictor(TARGET, path=asked["folder"], verbosity=0, **about)
    predictor.fit(table, time_limit=asked["seconds"], presets=asked["presets"], num_cpus=asked["n_jobs"])
    predictor.persist()
    return predictor, {"seconds": time.monotonic() - started}


def predicted(predictor: Any, path: str) -> dict[str, Any]:
    """What it says of the rows of a table: classes with their probabilities, or numbers."""
    rows = pd.read_parquet(path)
    found: dict[str, Any] = {"labels": predictor.predict(rows).tolist()}
    if predictor.class_labels:
        shares = predictor.predict_proba(rows)
        found |= {"classes": shares.columns.tolist(), "probabilities": shares.to_numpy().tolist()}
    return found


def main() -> None:
    """Answer until there are no more questions."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    import autogluon.tabular
    import catboost  # noqa: F401
    import lightgbm  # noqa: F401

    print(json.dumps({"ready": autogluon.tabular.__version__}), file=answers, flush=True)
    predictor = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "fit" in asked:
                predictor, answer = fitted(asked)
            else:
                answer = predicted(predictor, asked["predict"])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
