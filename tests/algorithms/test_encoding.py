"""What a configuration says of numbers and categories is the preprocessing's, and not the model's."""

import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.tables.loading import load_dataset


def _colours():
    table = pd.DataFrame({"size": [i % 7 + 0.5 for i in range(40)], "colour": ["red", "blue"] * 20, "y": [0, 1] * 20})
    return load_dataset(table, target="y")


def test_a_model_gets_categories_as_such_where_its_configuration_says_so():
    dataset = _colours()
    pipeline = build_pipeline(Configuration("lightgbm", {"categories": "native", "n_estimators": 7}), dataset)

    pipeline.fit(dataset.X, dataset.y)
    given = pipeline[:-1].transform(dataset.X)

    assert str(given["colour"].dtype) == "category"
    assert "categories" not in pipeline[-1].get_params()
    assert pipeline[-1].n_estimators_ == 7


def test_without_a_word_of_it_the_algorithm_decides():
    dataset = _colours()
    codes = build_pipeline(Configuration("lightgbm", {}), dataset)[:-1].fit_transform(dataset.X)
    scaled = build_pipeline(Configuration("lda", {}), dataset)[:-1].fit_transform(dataset.X)

    assert codes.shape == (40, 2)
    assert scaled.shape == (40, 3)


def test_a_table_without_categories_is_an_array_in_any_case():
    dataset = load_dataset(pd.DataFrame({"a": [i % 7 + 0.5 for i in range(30)], "y": [0, 1] * 15}), target="y")

    given = build_pipeline(Configuration("lightgbm", {"categories": "native"}), dataset)[:-1].fit_transform(dataset.X)

    assert type(given).__name__ == "ndarray"
