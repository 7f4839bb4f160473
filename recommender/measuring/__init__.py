"""How good it is: the meta-model on matrices and on its own evidence, and recommendations on OpenML tasks."""
