"""``python -m recommender``."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from recommender.cli import app
    except KeyboardInterrupt:  # Ctrl-C before anything began
        sys.exit(130)
    sys.exit(app.main())


if __name__ == "__main__":
    main()
