"""From advice to a fitted model: sessions, trials within a budget, estimators, and warm starts of other tools."""
