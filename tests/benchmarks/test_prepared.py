"""The study of prepared features: how two models are compared, and what a report counts."""

import numpy as np
import pandas as pd

from benchmarks.candidates.prepared import WAYS, Fold, by_gain_where_it_helps, compared, report

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(RNG.uniform(1, 9, (1_500, 3)), columns=[*"012"])
RISES = np.sin(2 * (TABLE["0"] - TABLE["1"])).to_numpy()
FOLD = Fold("regression", TABLE[:1_000], RISES[:1_000], TABLE[1_000:], RISES[1_000:])


def test_every_way_makes_the_same_columns_of_both_parts():
    for way in WAYS.values():
        train, test = way(FOLD)
        assert list(train) == list(test)
        assert train.shape[1] > 3
        assert (len(train), len(test)) == (1_000, 500)


def test_columns_that_do_not_help_are_not_kept_by_the_way_that_checks():
    noise = Fold("regression", FOLD.train, RNG.normal(size=1_000), FOLD.test, RNG.normal(size=500))

    assert list(by_gain_where_it_helps(noise)[0]) == list(TABLE)


def test_a_difference_that_every_draw_of_rows_agrees_on_is_a_win_or_a_loss():
    good, poor = RISES[1_000:] + 0.1, RISES[1_000:] + 0.2

    assert compared(FOLD, poor, good)["loss_verdict"] == "win"
    assert compared(FOLD, good, poor)["loss_verdict"] == "loss"
    assert compared(FOLD, good, good.copy())["loss_verdict"] == "tie"
    assert compared(FOLD, good, good)["loss_verdict"] == "nothing made"


def test_tables_where_nothing_is_made_are_counted_apart():
    row = {"rows": 10_000, "model": "lightgbm", "boosters": "one", "way": "explained"}
    row |= {"combine_seconds": 1.0, "plain_seconds": 2.0, "prepared_seconds": 3.0}
    verdicts = {-0.2: "win", 0.1: "tie", 0.0: "nothing made"}
    rows = [
        row | {"made": 3 if c else 0, "change": c, "loss_verdict": v, "main_verdict": v} for c, v in verdicts.items()
    ]

    counted = report(pd.DataFrame(rows)).iloc[0]

    assert counted[["tables", "nothing made", "loss win", "loss tie", "loss loss", "ahead", "behind"]].tolist() == [
        *(3, 1, 1, 1, 0, 1, 1)
    ]
    assert counted["median ratio"] == 2.0
