"""What the AutoML Benchmark calls, in its own environment: `setup` once, and `run` for each fold of a task."""

from __future__ import annotations

from typing import Any


def setup(*args: Any, **kwargs: Any) -> None:
    """Make an environment of our own beside this file."""
    from amlb.utils import call_script_in_same_dir

    call_script_in_same_dir(__file__, "setup.sh", *args, **kwargs)


def run(dataset: Any, config: Any) -> Any:
    """Hand a fold to exec.py in that environment, and its predictions back."""
    from frameworks.shared.caller import run_in_venv

    parts = {name: getattr(dataset, name) for name in ("train", "test")}
    data: dict[str, Any] = {name: {"X": part.X, "y": part.y} for name, part in parts.items()}
    data["problem_type"] = dataset.type.name
    options = {"serialization": {"sparse_dataframe_deserialized_format": "dense"}}
    return run_in_venv(__file__, "exec.py", input_data=data, dataset=dataset, config=config, options=options)
