"""For people: reports, plots and scripts."""
