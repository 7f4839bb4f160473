"""What to fit: the ranking for a table, what narrows it, and the reasons for it."""
