"""``python -m recommender``."""

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from recommender.cli import app
    except KeyboardInterrupt:  # Ctrl-C before anything began
        sys.exit(130)
    code = app.main()
    gc.freeze()  # else the interpreter looks through all that is loaded before it ends, which takes longer than a fit
    sys.exit(code)


if __name__ == "__main__":
    main()
