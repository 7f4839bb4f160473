"""A small OpenML server over scikit-learn's bundled data, so that the real `openml` client is what the tests run."""

from __future__ import annotations

import gzip
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.model_selection import KFold, StratifiedKFold

XMLNS = 'xmlns:oml="http://openml.org/openml"'
LOADERS = {1: load_iris, 2: load_breast_cancer, 3: load_wine, 4: load_diabetes}
NAMES = {1: "iris", 2: "breast_cancer", 3: "wine", 4: "diabetes", 6: "nominal"}
DRAWN = dict(zip(range(11, 20), ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak"], strict=True))
"""Small tables drawn from iris and wine, enough of them to train on: the suite `drawn`."""
SUITES = {"sklearn": (7, (1, 2, 3, 4, 99)), "drawn": (8, tuple(DRAWN))}
"""Number and tasks by alias; task 99 is gone."""
UNSUPERVISED = 5
"""A task of a kind that is not read."""
NOMINAL = 6
"""A dataset with a nominal feature, whose values are declared in an order that they do not have."""

FOREST, BOOSTING = 100, 101
FLOWS = {
    FOREST: "sklearn.pipeline.Pipeline(imputer=sklearn.preprocessing.imputation.Imputer,"
    "classifier=sklearn.ensemble.forest.RandomForestClassifier)(1)",
    BOOSTING: "sklearn.ensemble.weight_boosting.AdaBoostClassifier(base_estimator=sklearn.tree.tree.DecisionTree)(2)",
}
"""Flows by number: settings of others, with made-up scores."""
ONLY_QUALITIES, ONLY_EVALUATIONS = 50, 51
"""A dataset whose table is gone, and one of which the server knows nothing else; task and dataset have one number."""
EVALUATED = {1: "iris", 2: "breast_cancer", ONLY_QUALITIES: "gone", ONLY_EVALUATIONS: "lost"}
N_SETTINGS = 40
"""Settings of each flow on each evaluated task."""
QUALITIES = {
    "NumberOfInstances": 200.0,
    "NumberOfFeatures": 5.0,
    "NumberOfClasses": 2.0,
    "NumberOfNumericFeatures": 3.0,
    "NumberOfSymbolicFeatures": 2.0,
    "NumberOfMissingValues": 80.0,
    "NumberOfInstancesWithMissingValues": 40.0,
    "MajorityClassSize": 150.0,
    "MinorityClassSize": 50.0,
}
TROUBLES = {
    "limited": (429, "<html><body>Too many requests</body></html>"),
    "down": (503, "Service Unavailable"),
    "database": (412, f"<oml:error {XMLNS}><oml:code>107</oml:code><oml:message>Database</oml:message></oml:error>"),
    "cut short": (200, f"<oml:evaluations {XMLNS}><oml:evaluation><oml:run_id>1"),
}
"""Status and body of answers that mean: later. `server.troubles` says which of them the next lists get."""


@cache
def table(number: int) -> pd.DataFrame:
    if number in DRAWN:
        rng = np.random.default_rng(number)
        whole = table(1 if number % 2 else 3)
        rows = rng.permutation(whole.groupby("target", observed=True).head(25).index)[: 50 + 2 * number]
        features = whole.drop(columns="target").sample(axis="columns", n=3, random_state=number)
        return features.set_axis([f"x{number}_{i}" for i in range(3)], axis=1).assign(target=whole["target"]).loc[rows]
    if number == NOMINAL:
        colours = pd.Categorical(["red", "blue", "green"] * 40, categories=["green", "blue", "red"])
        target = pd.Categorical(["no", "yes"] * 60)
        return pd.DataFrame({"colour": colours, "size": np.arange(120) % 11 + 0.5, "target": target})
    bunch = LOADERS[number](as_frame=True)
    frame = bunch.frame.rename(columns=lambda name: name.replace(" ", "_").replace("(", "").replace(")", ""))
    if number != 4:
        frame["target"] = pd.Categorical.from_codes(frame["target"], [str(name) for name in bunch.target_names])
    return frame


def name_of(number: int) -> str:
    return (NAMES | DRAWN)[number]


def arff(number: int) -> str:
    lines = [f"@RELATION {name_of(number)}", ""]
    for name, column in table(number).items():
        nominal = isinstance(column.dtype, pd.CategoricalDtype)
        kind = "{" + ",".join(column.cat.categories) + "}" if nominal else "REAL"
        lines.append(f"@ATTRIBUTE '{name}' {kind}")
    return "\n".join([*lines, "", "@DATA", table(number).to_csv(index=False, header=False)])


def splits(number: int) -> str:
    splitter = KFold if number == 4 else StratifiedKFold
    folds = splitter(5, shuffle=True, random_state=0).split(np.zeros(len(table(number))), table(number)["target"])
    header = ["@RELATION splits", "@ATTRIBUTE type {TRAIN,TEST}", "@ATTRIBUTE rowid NUMERIC"]
    rows = [
        f"{kind},{row},0,{fold}"
        for fold, parts in enumerate(folds)
        for kind, part in zip(("TRAIN", "TEST"), parts, strict=True)
        for row in part
    ]
    return "\n".join([*header, "@ATTRIBUTE repeat NUMERIC", "@ATTRIBUTE fold NUMERIC", "@DATA", *rows])


def description(number: int, base: str) -> str:
    return f"""<oml:data_set_description {XMLNS}><oml:id>{number}</oml:id><oml:name>{name_of(number)}</oml:name>
<oml:version>1</oml:version><oml:description>bundled</oml:description><oml:format>ARFF</oml:format>
<oml:upload_date>2014-04-06T23:19:24</oml:upload_date><oml:licence>Public</oml:licence>
<oml:url>{base}/download/{number}.arff</oml:url><oml:file_id>{number}</oml:file_id>
<oml:default_target_attribute>target</oml:default_target_attribute><oml:visibility>public</oml:visibility>
<oml:status>active</oml:status></oml:data_set_description>"""


def features(number: int) -> str:
    rows = []
    for index, (name, column) in enumerate(table(number).items()):
        nominal = isinstance(column.dtype, pd.CategoricalDtype)
        values = (
            "".join(f"<oml:nominal_value>{v}</oml:nominal_value>" for v in column.cat.categories) if nominal else ""
        )
        rows.append(
            f"<oml:feature><oml:index>{index}</oml:index><oml:name>{escape(str(name))}</oml:name>"
            f"<oml:data_type>{'nominal' if nominal else 'numeric'}</oml:data_type>{values}"
            f"<oml:is_target>{str(name == 'target').lower()}</oml:is_target><oml:is_ignore>false</oml:is_ignore>"
            "<oml:is_row_identifier>false</oml:is_row_identifier>"
            "<oml:number_of_missing_values>0</oml:number_of_missing_values></oml:feature>"
        )
    return f"<oml:data_features {XMLNS}>{''.join(rows)}</oml:data_features>"


def task(number: int, base: str) -> str:
    kind, name = (2, "Supervised Regression") if number == 4 else (1, "Supervised Classification")
    if number == UNSUPERVISED:
        kind, name, number = 5, "Clustering", 1
    return f"""<oml:task {XMLNS}><oml:task_id>{number}</oml:task_id><oml:task_name>{name_of(number)}</oml:task_name>
<oml:task_type_id>{kind}</oml:task_type_id><oml:task_type>{name}</oml:task_type>
<oml:input name="source_data"><oml:data_set><oml:data_set_id>{number}</oml:data_set_id>
<oml:target_feature>target</oml:target_feature></oml:data_set></oml:input>
<oml:input name="estimation_procedure"><oml:estimation_procedure><oml:id>1</oml:id><oml:type>crossvalidation</oml:type>
<oml:data_splits_url>{base}/splits/{number}</oml:data_splits_url>
<oml:parameter name="number_repeats">1</oml:parameter><oml:parameter name="number_folds">5</oml:parameter>
<oml:parameter name="percentage"/><oml:parameter name="stratified_sampling">true</oml:parameter>
</oml:estimation_procedure></oml:input>
<oml:input name="evaluation_measures"><oml:evaluation_measures><oml:evaluation_measure>predictive_accuracy
</oml:evaluation_measure></oml:evaluation_measures></oml:input></oml:task>"""


def suite(alias: str) -> str:
    number, members = SUITES[alias]
    tasks = "".join(f"<oml:task_id>{member}</oml:task_id>" for member in members)
    data = "".join(f"<oml:data_id>{member}</oml:data_id>" for member in members)
    return f"""<oml:study {XMLNS}><oml:id>{number}</oml:id><oml:alias>{alias}</oml:alias>
<oml:main_entity_type>task</oml:main_entity_type><oml:name>Bundled</oml:name><oml:description>Bundled</oml:description>
<oml:status>active</oml:status><oml:creation_date>2019-02-21 18:47:13</oml:creation_date><oml:creator>1</oml:creator>
<oml:data>{data}</oml:data><oml:tasks>{tasks}</oml:tasks></oml:study>"""


@cache
def evaluations() -> pd.DataFrame:
    """Runs with their settings, and scores that follow from these."""
    rng, rows = np.random.default_rng(0), []
    for flow in FLOWS:
        for task_id, name in EVALUATED.items():
            for _ in range(N_SETTINGS):
                run = len(rows) + 1
                leaf, share = int(rng.integers(1, 21)), float(rng.uniform(0.1, 0.9))
                if flow == FOREST:
                    settings = {
                        "bootstrap": "True",
                        "criterion": '"gini"' if run % 2 else "entropy",
                        "max_features": str(share),
                        "min_samples_leaf": str(leaf),
                        "min_impurity_split": "null",
                        "imputer__strategy": "median",
                        "n_estimators": "100",
                    }
                else:
                    settings = {"algorithm": "SAMME", "learning_rate": str(share), "n_estimators": str(50 * leaf)}
                value = 0.9 - 0.01 * leaf + 0.02 * share - 0.05 * (flow == BOOSTING)
                rows.append((run, task_id, flow, 1000 + run, name, settings, round(value, 6)))
    columns = ["run_id", "task_id", "flow_id", "setup_id", "data_name", "settings", "value"]
    return pd.DataFrame(rows, columns=columns)


def listed(parts: list[str]) -> pd.DataFrame:
    """The evaluations that the filters of a list's address leave."""
    where = dict(zip(parts[::2], parts[1::2], strict=True))
    table = evaluations()
    for key in ("flow", "task", "setup"):
        if key in where:
            table = table[table[f"{key}_id"].isin([int(number) for number in where[key].split(",")])]
    start = int(where["offset"])
    table = table.iloc[start : start + int(where["limit"])]
    if table.empty or where.get("function", "predictive_accuracy") != "predictive_accuracy":
        raise KeyError("542")
    return table


def evaluation_list(parts: list[str]) -> str:
    rows = "".join(
        f"<oml:evaluation><oml:run_id>{r.run_id}</oml:run_id><oml:task_id>{r.task_id}</oml:task_id>"
        f"<oml:setup_id>{r.setup_id}</oml:setup_id><oml:flow_id>{r.flow_id}</oml:flow_id>"
        f"<oml:flow_name>{FLOWS[r.flow_id]}</oml:flow_name><oml:data_id>{r.task_id}</oml:data_id>"
        f"<oml:data_name>{r.data_name}</oml:data_name><oml:function>predictive_accuracy</oml:function>"
        "<oml:upload_time>2017-12-01 00:00:00</oml:upload_time><oml:uploader>1</oml:uploader>"
        f"<oml:value>{r.value}</oml:value></oml:evaluation>"
        for r in listed(parts).itertuples()
    )
    return f"<oml:evaluations {XMLNS}>{rows}</oml:evaluations>"


def setup_list(parts: list[str]) -> str:
    rows = []
    for r in listed(parts).itertuples():
        name = FLOWS[r.flow_id]
        parameters = "".join(
            f"<oml:parameter><oml:id>{r.flow_id * 100 + i}</oml:id><oml:flow_id>{r.flow_id}</oml:flow_id>"
            f"<oml:flow_name>{name}</oml:flow_name><oml:full_name>{name}_{key}</oml:full_name>"
            f"<oml:parameter_name>{key}</oml:parameter_name><oml:data_type/><oml:default_value/>"
            f"<oml:value>{escape(value)}</oml:value></oml:parameter>"
            for i, (key, value) in enumerate(r.settings.items())
        )
        rows.append(
            f"<oml:setup><oml:setup_id>{r.setup_id}</oml:setup_id><oml:flow_id>{r.flow_id}</oml:flow_id>{parameters}"
            "</oml:setup>"
        )
    return f"<oml:setups {XMLNS}>{''.join(rows)}</oml:setups>"


def qualities() -> str:
    rows = "".join(
        f"<oml:quality><oml:name>{k}</oml:name><oml:value>{v}</oml:value></oml:quality>" for k, v in QUALITIES.items()
    )
    return f"<oml:data_qualities {XMLNS}>{rows}</oml:data_qualities>"


def answer(path: str, base: str) -> str:
    parts = [part for part in path.removeprefix("/api/v1/xml").split("/") if part]
    match parts:
        case ["download", file]:
            return arff(int(file.removesuffix(".arff")))
        case ["splits", number]:
            return splits(int(number))
        case ["data", "features", number]:
            return features(int(number))
        case ["data", number] if int(number) in {*LOADERS, *DRAWN, NOMINAL}:
            return description(int(number), base)
        case ["task", number] if int(number) in {*LOADERS, *DRAWN, NOMINAL, UNSUPERVISED}:
            return task(int(number), base)
        case ["evaluation", "list", *filters]:
            return evaluation_list(filters)
        case ["setup", "list", *filters]:
            return setup_list(filters)
        case ["user", "list", *_]:
            user = "<oml:user><oml:id>1</oml:id><oml:username>one</oml:username></oml:user>"
            return f"<oml:users {XMLNS}>{user}</oml:users>"
        case ["data", "qualities", number] if int(number) == ONLY_QUALITIES:
            return qualities()
        case ["data", number] if int(number) == ONLY_QUALITIES:
            return (
                description(1, base).replace("<oml:id>1<", f"<oml:id>{number}<").replace("/1.arff", f"/{number}.arff")
            )
        case ["study", key]:
            return suite({str(number): alias for alias, (number, _) in SUITES.items()}.get(key, key))
    raise KeyError(path)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append(self.path)  # type: ignore[attr-defined]
        troubles = self.server.troubles  # type: ignore[attr-defined]
        if troubles and "/list/" in self.path and (trouble := troubles.pop(0)):
            if trouble == "hangs up":
                self.close_connection = True
                return
            status, body = TROUBLES[trouble]
        else:
            status, body = self.answer()
        payload = gzip.compress(body.encode()) if "gzip" in self.headers.get("Accept-Encoding", "") else body.encode()
        self.send_response(status)
        if payload[:2] == b"\x1f\x8b":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def answer(self) -> tuple[int, str]:
        try:
            return 200, answer(self.path, f"http://{self.headers['Host']}")
        except KeyError as error:
            code = 542 if error.args == ("542",) else 151
            return 412, f"<oml:error {XMLNS}><oml:code>{code}</oml:code><oml:message>Unknown</oml:message></oml:error>"

    def log_message(self, *args: object) -> None:
        pass


def make_server() -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.requests = []  # type: ignore[attr-defined]
    server.troubles = []  # type: ignore[attr-defined]
    return server
