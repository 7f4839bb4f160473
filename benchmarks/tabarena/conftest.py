"""What needs the package `tabarena` is not looked at where it is not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("tabarena") else ["system.py", "run.py"]
