"""Numbers for free text, whatever rows come: none of them may hold any."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted


class TextEncoder(TransformerMixin, BaseEstimator):
    """The main directions in which the texts of a column differ, by skrub's `StringEncoder`.

    A missing text is an empty one. Where no text was seen to learn from, there are no numbers.

    Parameters
    ----------
    n_components : int, default=30
        How many numbers there are at most; of few texts, fewer are made.

    Attributes
    ----------
    encoder_ : StringEncoder or None
        The fitted encoder; None where there was nothing to learn from.

    Examples
    --------
    >>> encoder = TextEncoder(n_components=2).fit(pd.Series(["a red house", "a blue house", "two red cars"]))
    >>> encoder.transform(pd.Series(["a red car", None])).shape
    (2, 2)
    """

    def __init__(self, n_components: int = 30) -> None:
        self.n_components = n_components

    def fit(self, X: pd.Series, y: Any = None) -> TextEncoder:
        """Learn the directions of a column of texts."""
        from skrub import StringEncoder

        texts = _texts(X)
        self.encoder_: Any = None
        if texts.str.strip().ne("").any():
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="The matrix shape is")  # of few texts, fewer numbers
                self.encoder_ = StringEncoder(self.n_components, random_state=0).fit(texts)
        return self

    def transform(self, X: pd.Series) -> np.ndarray:
        """The numbers, of shape (n_samples, n_made), as float64."""
        check_is_fitted(self)
        if self.encoder_ is None:
            return np.empty((len(X), 0))
        return self.encoder_.transform(_texts(X)).to_numpy(dtype=np.float64)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The column's name with the place of each number."""
        check_is_fitted(self)
        return np.asarray([] if self.encoder_ is None else self.encoder_.get_feature_names_out(), dtype=object)


def _texts(X: pd.Series) -> pd.Series:
    return X.fillna("").astype("str")
