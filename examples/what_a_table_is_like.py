"""
What a table is like: meta-features
===================================

A meta-feature is a number that describes a dataset. Some are simple, such as how many rows there are; others say how
cheap learners do on it. Datasets on which the same learners do well are alike.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

from recommender import extract_metafeatures, load_dataset

sources = {"iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer, "digits": load_digits}
tables = {name: load_dataset(load(as_frame=True)) for name, load in sources.items()}
described = pd.DataFrame(
    {name: extract_metafeatures(table, groups=["simple", "relative"]).values for name, table in tables.items()}
)
described.loc[["nr_inst", "nr_attr", "nr_class", "nr_num"]].round(2)

# %%
# *Relative landmarks* say how small learners compare on a table: 0 is the best of them, 1 the median or worse. Here are
# the ten by which these tables differ most.

compared = described[described.index.str.startswith("relative_")].dropna()
compared.index = compared.index.str.removeprefix("relative_").str.replace("_", " ")
shown = compared.loc[compared.std(axis=1).nlargest(10).index]
figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
image = ax.imshow(shown, cmap="Blues_r", vmin=0, vmax=1, aspect="auto")
ax.set_xticks(range(shown.shape[1]), shown.columns)
ax.set_yticks(range(len(shown)), shown.index)
figure.colorbar(image, label="regret among the learners: dark is good")
