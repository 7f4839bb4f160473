"""What to expect: the model of which configurations do well on which datasets, and its training."""
