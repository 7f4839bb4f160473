"""One configuration on one fold: how it is judged, within which limits, where it runs, and what it costs."""
