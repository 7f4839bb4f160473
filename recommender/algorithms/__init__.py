"""What can be fitted: the algorithms, the pool of their configurations, and the pipelines that these become."""
