"""Special functions the exact side needs and SciPy does not have (or not in both tails)."""
