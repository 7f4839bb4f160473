"""
A report to share
=================

Not everybody runs Python. A report is one page for any browser: the answer first, then the reasons, the columns, and
what it would cost. Nothing in it needs a network, and it may be sent by mail.
"""

from html import escape

import pandas as pd

from recommender import recommend
from recommender.showing.card import write_card
from recommender.showing.report import write_report


class Page:
    """A page that a notebook shows in a frame."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        style = "width: 100%; height: 36em; border: 1px solid grey"
        return f'<iframe title="a page" style="{style}" srcdoc="{escape(self.html)}"></iframe>'


customers = pd.read_csv("churn.csv")
recommendation = recommend(customers, target="churned", max_fit_time=1.0, name="churn")
Page(write_report(recommendation, file="churn.csv", target="churned"))

# %%
# On the command line it is ``recommender recommend churn.csv --target churned --html report.html``. After a fit there
# is a model card as well: what the model was made from, its score with an interval, and its limits.

X, y = customers.drop(columns="churned"), customers["churned"]
refined = recommendation.refine(X, y, seconds=30, patience=3)
Page(write_card(refined, recommendation, target="churned"))

# %%
# The pictures of both as figures of matplotlib:

figure = recommendation.plot()
