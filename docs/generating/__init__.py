"""The pages of the site that nobody writes: the API, the command line, and what lies elsewhere in the repository."""
