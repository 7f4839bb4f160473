"""Files that hold tables: what kind each is, how it is opened, and where the table is in it."""
