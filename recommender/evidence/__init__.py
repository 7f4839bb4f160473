"""What was recorded: the store, how it is filled, and the knowledge base that is made of it."""
