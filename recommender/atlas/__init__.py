"""A site about a knowledge base: its datasets, its algorithms, and a map."""
