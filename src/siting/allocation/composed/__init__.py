"""Composed problems: goals and clauses put together into one integer program, its search, and what explains it."""
