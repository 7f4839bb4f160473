"""Whether evaluations that others recorded on OpenML make recommendations better, and what importing many costs.

    recommender import-evaluations --flow 6969 --flow 6970 --store EVIDENCE.sqlite --server ADDRESS
    python -m benchmarks.imported.run effect --store EVIDENCE.sqlite
    python -m benchmarks.imported.run scale --store EVIDENCE.sqlite

`effect` compares meta-models by accuracy, which is what was imported, on the datasets of a knowledge base, five folds
of families; whatever a dataset's family has, our own or imported, is left out where it is judged. Writes
imported_effect.csv, and imported_surrogates.csv: how well each surrogate expects what it has not seen, and how its
estimates agree with our own evaluations where there are some.

`scale` simulates a million evaluations from the real ones: each run again under new numbers of run, setup, task and
dataset, its score moved by a little noise. It serves them on loopback, imports them through the `openml` client,
describes the tasks as the real ones (whose tables are not downloaded and measured again), lists what won, fits a
surrogate for each task, and trains a meta-model for each kind of task on the shipped knowledge base with all that was
estimated; writes imported_scale.csv. Seconds and peak memory, which never falls, are those of this process; the server
is another one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import resource
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.imported.surrogates import estimate_pool
from recommender.evidence.families import find_families
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.imported.store import ImportedEvidence
from recommender.measuring.matrix import family_folds
from recommender.metafeatures import LEVELS
from recommender.metamodel.model import MetaModel
from recommender.metamodel.regrets import normalized_regret
from recommender.metamodel.training import inputs_of

HERE = Path(__file__).parent
METRIC = "accuracy"
CLASSIFICATION = ("binary", "multiclass")

WITHOUT = "without"
MISSING, ANCHORED, OWN = "rows with missing cells", "anchored rows", "our own evaluations"
"""How imported estimates are learnt from; the last is no import: what evaluating these datasets oneself would give."""
BESIDES, INSTEAD = "beside our own", "instead of our own"
"""Datasets that we have not evaluated are added; or imported estimates stand for our evaluations wherever they can."""
N_FOLDS, N_RESAMPLES = 5, 2000


# ---------------------------------------------------------------------------------------------------------------------
# Effect


def table_of(surrogates: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Estimated scores, qualities of the surrogates, meta-features, and what families are found by, of each dataset."""
    usable = surrogates[surrogates["signatures"].map(len) > 0]  # without columns, relatives cannot be told
    first = usable.drop_duplicates("dataset_id").set_index("dataset_id")
    scores = pd.DataFrame(usable["scores"].tolist(), index=usable["dataset_id"]).groupby(level=0).first()
    quality = usable.groupby("dataset_id")["quality"].mean()
    metafeatures = pd.DataFrame(first["metafeatures"].tolist(), index=first.index).astype(np.float64)
    about = first[["name", "task", "signatures"]].assign(n_samples=metafeatures["nr_inst"].astype(int))
    return scores.loc[first.index], quality.loc[first.index], metafeatures, about


def anchored(
    model: MetaModel, metafeatures: pd.DataFrame, estimated: pd.DataFrame, quality: pd.Series, columns: pd.Index
) -> pd.DataFrame:
    """Whole rows: what a meta-model without them expects, its forests moved by how the imported scores differ.

    The level of an algorithm stays what the meta-model expects, since other metrics, splits and preprocessing shift it;
    only differences between settings of one algorithm are taken over, in the measure of the surrogate's quality.
    """
    rows = model.predict(metafeatures).score.reindex(columns=columns)
    known = estimated.reindex(index=rows.index, columns=columns)
    expected = rows.where(known.notna())
    ours, theirs = (t.sub(t.mean(axis=1), axis=0) for t in (expected, known))
    return rows + theirs.sub(ours).mul(quality.loc[rows.index], axis=0).fillna(0.0)


@dataclass(frozen=True, eq=False)
class Judge:
    """The regrets of a meta-model's answers on datasets, by all that we have evaluated there."""

    metafeatures: pd.DataFrame
    regret: pd.DataFrame
    among_forests: pd.DataFrame

    def __call__(self, model: MetaModel, datasets: pd.Index) -> pd.DataFrame:
        forests = list(self.among_forests.columns)
        chosen = model.predict(self.metafeatures.loc[datasets]).regret[forests].idxmin(axis=1)
        rows = {}
        for dataset in datasets:
            three = self.regret.loc[dataset, model.portfolio(self.metafeatures.loc[[dataset]], 3)]
            forest = self.among_forests.loc[dataset, chosen[dataset]]
            rows[dataset] = {
                "first choice": three.iloc[0],
                "best of three": three.min(),
                "first choice among forests": forest,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("dataset")


def described(knowledge: KnowledgeBase) -> KnowledgeBase:
    """The knowledge base with the meta-features that the shipped meta-model learns from, and no others."""
    return replace(knowledge, metafeatures=inputs_of(knowledge.metafeatures))


def fitted(metafeatures: pd.DataFrame, rows: pd.DataFrame, families: pd.Series, seed: int) -> MetaModel:
    return MetaModel(random_state=seed).fit(metafeatures.loc[rows.index], rows, families=families, levels=LEVELS)


def effect(knowledge: KnowledgeBase, surrogates: pd.DataFrame, seeds: int) -> pd.DataFrame:
    """The regret of each answer: a row for each judged dataset, seed, setting, and way of learning."""
    estimates = table_of(surrogates)
    about = pd.concat([knowledge.datasets, estimates[-1]])[["name", "signatures", "n_samples"]]
    families = find_families(about[~about.index.duplicated()])
    parts = []
    for task in CLASSIFICATION:
        performance = knowledge.performance(task, METRIC)
        performance = performance.loc[:, performance.notna().mean() >= 0.5]
        for seed in range(seeds):
            folds = family_folds(families.loc[performance.index], seed) % N_FOLDS
            for fold in np.unique(folds):
                judged = performance.index[folds == fold]
                for (setting, way), regrets in judged_fold(
                    knowledge, task, performance, estimates, families, judged, seed
                ):
                    parts.append(regrets.assign(task=task, setting=setting, way=way, seed=seed))
                print(f"{task}, seed {seed}, fold {fold}", flush=True)
    rows = pd.concat(parts).reset_index()
    rows["family"] = rows["dataset"].map(families)
    return rows.melt(["dataset", "family", "task", "setting", "way", "seed"], var_name="question", value_name="regret")


def judged_fold(
    knowledge: KnowledgeBase,
    task: str,
    performance: pd.DataFrame,
    estimates: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame],
    families: pd.Series,
    judged: pd.Index,
    seed: int,
) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Regrets on some datasets, learnt in each setting and way from what is of other families."""
    estimated, quality, features, about = estimates
    features = features[about["task"] == task].reindex(columns=knowledge.metafeatures.columns)
    others = families.index[~families.isin(families.loc[judged])]
    ours, theirs = performance.index.intersection(others), features.index.intersection(others)
    forests = performance[[c for c in performance.columns if c in estimated.columns]]
    judge = Judge(knowledge.metafeatures, normalized_regret(performance), normalized_regret(forests))
    both = ours.intersection(theirs)
    for setting, own, imported in (
        (BESIDES, ours, theirs.difference(ours)),
        (INSTEAD, ours.difference(both), theirs),
    ):
        rows = performance.loc[own]
        model = fitted(knowledge.metafeatures, rows, families, seed)
        yield (setting, WITHOUT), judge(model, judged)
        if not len(imported):
            continue
        every = pd.concat([knowledge.metafeatures.loc[own], features.loc[imported]])
        bare = estimated.loc[imported].reindex(columns=rows.columns)
        whole = anchored(model, features.loc[imported], estimated, quality, rows.columns)
        for way, new in ((MISSING, bare), (ANCHORED, whole)):
            yield (setting, way), judge(fitted(every, pd.concat([rows, new]), families, seed), judged)
        if setting == INSTEAD:
            model = fitted(knowledge.metafeatures, performance.loc[ours], families, seed)
            yield (setting, OWN), judge(model, judged)


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean regrets, and how they differ from what is had without, with 95 % intervals from drawing families again.

    A dataset's regrets are averaged over the seeds first, so that more seeds are not more datasets.
    """
    found = []
    for (setting, question), part in rows.groupby(["setting", "question"], sort=False):
        table = part.pivot_table("regret", ["family", "dataset"], "way").dropna()
        codes = pd.factorize(table.index.get_level_values("family"))[0]
        draws = np.random.default_rng(0).integers(codes.max() + 1, size=(N_RESAMPLES, codes.max() + 1))
        sizes = np.bincount(codes)[draws].sum(axis=1)
        for way in table.columns:
            difference = table[way] - table[WITHOUT]
            resampled = np.bincount(codes, difference)[draws].sum(axis=1) / sizes
            low, high = np.quantile(resampled, [0.025, 0.975])
            row = {"setting": setting, "question": question, "way": way, "regret": table[way].mean()}
            size = {"n_datasets": len(table), "n_seeds": part["seed"].nunique()}
            found.append(row | {"difference": difference.mean(), "low": low, "high": high} | size)
    return pd.DataFrame(found).round(4)


def agreement(knowledge: KnowledgeBase, surrogates: pd.DataFrame) -> pd.DataFrame:
    """The surrogates' own qualities, and the rank correlation of their estimates with our evaluations."""
    rows = []
    for row in surrogates.to_dict("records"):
        kept = {k: row[k] for k in ("dataset_id", "name", "task", "algorithm", "n_settings", "quality", "r2")}
        kept["estimated"] = len(row["scores"])
        own = knowledge.performance(row["task"], METRIC)
        if row["dataset_id"] in own.index:
            both = pd.DataFrame({"ours": own.loc[row["dataset_id"]], "theirs": pd.Series(row["scores"])}).dropna()
            kept["compared"] = len(both)
            if len(both) >= 3:
                kept["agreement"] = both["ours"].corr(both["theirs"], method="spearman")
                kept["level"] = (both["theirs"] - both["ours"]).mean()
        rows.append(kept)
    return pd.DataFrame(rows).round(4)


# ---------------------------------------------------------------------------------------------------------------------
# Scale


SIMULATED, COPY = 100_000_000, 1_000_000
"""Where the numbers of simulated tasks and datasets begin, which no real one reaches, and how far apart copies lie."""
RUNS_OF_COPY, SETUPS_OF_COPY = 10_000_000, 50_000_000
"""How far apart the runs and setups of copies lie: further than those of the real evaluations, and below 2**31."""


def simulate(source: Path, target: Path, n_evaluations: int) -> None:
    """A database of that many evaluations: each run again and again under new numbers, its score moved by noise."""
    rng = np.random.default_rng(0)
    with sqlite3.connect(source) as connection:
        real = pd.read_sql(
            "select e.*, t.name, t.data_id, f.name as flow from imported_evaluations e "
            "join imported_tasks t using (server_id, task_id) join imported_flows f using (server_id, flow_id) "
            "order by run_id",
            connection,
        )
        setups = pd.read_sql("select setup_id, parameters from imported_setups", connection)
    n_copies = -(-n_evaluations // len(real))
    with sqlite3.connect(target) as connection:
        setups.to_sql("setups", connection, index=False)
        real[["flow_id", "flow"]].drop_duplicates().to_sql("flows", connection, index=False)
        for copy in range(n_copies):
            rows = real[["run_id", "task_id", "setup_id", "flow_id", "data_id", "name", "value"]].copy()
            rows["run_id"] += copy * RUNS_OF_COPY
            rows["setup_id"] += copy * SETUPS_OF_COPY
            rows[["task_id", "data_id"]] += SIMULATED + copy * COPY
            rows["name"] += f"_{copy}"
            rows["value"] = (rows["value"] + rng.normal(0, 0.002, len(rows))).clip(0, 1)
            rows.head(n_evaluations - copy * len(real)).to_sql(
                "evaluations", connection, index=False, if_exists="append"
            )
        connection.execute("create index by_flow on evaluations (flow_id, run_id)")
        connection.execute("create index by_setup on setups (setup_id)")


def serve(database: str, port: multiprocessing.Queue) -> None:
    """Answer lists of evaluations and setups from the simulated database."""
    namespace = 'xmlns:oml="http://openml.org/openml"'

    def answer(connection: sqlite3.Connection, path: str) -> str | None:
        parts = path.removeprefix("/api/v1/xml/").split("/")
        where = dict(zip(parts[2::2], parts[3::2], strict=False))
        if parts[0] == "evaluation":
            (flow,) = connection.execute("select flow from flows where flow_id = ?", (where["flow"],)).fetchone()
            query = "select * from evaluations where flow_id = ? order by run_id limit ? offset ?"
            rows = connection.execute(query, (where["flow"], where["limit"], where["offset"])).fetchall()
            listed = "".join(
                f"<oml:evaluation><oml:run_id>{run}</oml:run_id><oml:task_id>{task}</oml:task_id><oml:setup_id>{setup}"
                f"</oml:setup_id><oml:flow_id>{flow_id}</oml:flow_id><oml:flow_name>{flow}</oml:flow_name><oml:data_id>"
                f"{data}</oml:data_id><oml:data_name>{name}</oml:data_name><oml:function>predictive_accuracy"
                "</oml:function><oml:upload_time>2017-12-01 00:00:00</oml:upload_time><oml:uploader>1</oml:uploader>"
                f"<oml:value>{value}</oml:value></oml:evaluation>"
                for run, task, setup, flow_id, data, name, value in rows
            )
            return f"<oml:evaluations {namespace}>{listed}</oml:evaluations>" if rows else None
        if parts[0] == "setup":
            listed = ""
            for setup in map(int, where["setup"].split(",")):
                query = "select parameters from setups where setup_id = ?"
                (text,) = connection.execute(query, (setup % SETUPS_OF_COPY,)).fetchone()
                parameters = "".join(
                    f"<oml:parameter><oml:id>{i}</oml:id><oml:flow_id>0</oml:flow_id><oml:flow_name>f</oml:flow_name>"
                    f"<oml:full_name>{name}</oml:full_name><oml:parameter_name>{name}</oml:parameter_name>"
                    f"<oml:data_type/><oml:default_value/><oml:value>{value}</oml:value></oml:parameter>"
                    for i, (name, value) in enumerate(json.loads(text).items())
                )
                about = f"<oml:setup_id>{setup}</oml:setup_id><oml:flow_id>0</oml:flow_id>"
                listed += f"<oml:setup>{about}{parameters}</oml:setup>"
            return f"<oml:setups {namespace}>{listed}</oml:setups>"
        if parts[0] == "user":
            user = "<oml:user><oml:id>1</oml:id><oml:username>one</oml:username></oml:user>"
            return f"<oml:users {namespace}>{user}</oml:users>"
        return None

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with sqlite3.connect(database) as connection:
                body = answer(connection, self.path)
            code = 542 if "/evaluation/" in self.path else 151
            error = f"<oml:error {namespace}><oml:code>{code}</oml:code><oml:message>None</oml:message></oml:error>"
            payload = gzip.compress((body or error).encode(), 1)
            self.send_response(200 if body else 412)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_port)
    server.serve_forever()


def scale(store: Path, n_evaluations: int) -> pd.DataFrame:
    """Seconds and peak memory of importing, fitting surrogates, and training, at that size."""
    from recommender.imported.importing import import_evaluations
    from recommender.tables.openml import set_server

    rows: list[dict[str, object]] = []

    @contextmanager
    def measured(step: str) -> Iterator[dict[str, object]]:
        clock, processor, row = time.perf_counter(), time.process_time(), {"step": step}
        yield row
        row |= {"seconds": time.perf_counter() - clock, "processor_seconds": time.process_time() - processor}
        rows.append(row | {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})
        print(rows[-1], flush=True)

    real = ImportedEvidence(store)
    known = real.tasks().set_index("task_id")
    with tempfile.TemporaryDirectory() as folder:
        context, database = multiprocessing.get_context("spawn"), Path(folder) / "simulated.sqlite"
        making = context.Process(target=simulate, args=(store, database, n_evaluations))
        making.start()
        making.join()
        port: multiprocessing.Queue = context.Queue()
        server = context.Process(target=serve, args=(str(database), port), daemon=True)
        server.start()
        set_server(f"http://127.0.0.1:{port.get()}", folder)
        with sqlite3.connect(database) as connection:
            flows = [flow for (flow,) in connection.execute("select flow_id from flows order by flow_id")]
        evidence = ImportedEvidence(Path(folder) / "evidence.sqlite")
        with measured("import") as row:
            row["n"] = import_evaluations(evidence, flows, page_size=10_000).n_new
        server.terminate()
        describe_as_the_real_ones(evidence, known)
        with measured("winners") as row:
            row["n"] = len(evidence.winners())
        with measured("surrogates") as row:
            surrogates = estimate_pool(evidence)
            row["n"] = len(surrogates)
        knowledge, (estimated, _, features, about) = described(load_knowledge()), table_of(surrogates)
        features = features.reindex(columns=knowledge.metafeatures.columns)
        for task in CLASSIFICATION:
            with measured(f"training, {task}") as row:
                performance, chosen = knowledge.performance(task, METRIC), about.index[about["task"] == task]
                scores = pd.concat([performance, estimated.loc[chosen].reindex(columns=performance.columns)])
                every = pd.concat([knowledge.metafeatures.loc[performance.index], features.loc[chosen]])
                MetaModel().fit(every, scores, levels=LEVELS)
                row["n"] = len(scores)
        evidence.close()
    return pd.DataFrame(rows)[["step", "n", "seconds", "processor_seconds", "peak_mib"]].round(1)


def describe_as_the_real_ones(evidence: ImportedEvidence, known: pd.DataFrame) -> None:
    """Give each simulated task the description of the real one, its meta-features moved by noise."""
    from recommender.imported.store import TaskDescription

    rng = np.random.default_rng(0)
    for row in evidence.tasks().to_dict("records"):
        real = known.loc[row["task_id"] % COPY]
        if real["described_by"] != "dataset":
            continue
        noise = rng.normal(1, 0.05, len(real["metafeatures"]))
        values = dict(
            zip(real["metafeatures"], np.array(list(real["metafeatures"].values()), float) * noise, strict=True)
        )
        kept = {name: real[name] for name in ("described_by", "reason", "protocol", "task", "signatures")}
        description = TaskDescription(**kept, metafeatures=values, metafeatures_version=real["metafeatures_version"])
        evidence.describe_task(row["server_id"], row["task_id"], description)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["effect", "scale"])
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--knowledge", type=Path)
    parser.add_argument("--seeds", type=int, default=1, help="of effect: how often the families are split anew")
    parser.add_argument("--evaluations", type=int, default=1_000_000)
    parser.add_argument("--output", type=Path, default=HERE / "results")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.what == "scale":
        scale(arguments.store, arguments.evaluations).to_csv(arguments.output / "scale.csv", index=False)
        return
    knowledge = described(load_knowledge(arguments.knowledge))
    surrogates = estimate_pool(ImportedEvidence(arguments.store))
    table = agreement(knowledge, surrogates)
    table.to_csv(arguments.output / "surrogates.csv", index=False)
    print(table.describe().to_string())
    rows = effect(knowledge, surrogates, arguments.seeds)
    summary = summarise(rows)
    summary.to_csv(arguments.output / "effect.csv", index=False)
    print(summary.to_string(index=False))


if __name__ == "__main__":
    main()
