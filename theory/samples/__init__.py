"""Linear classifiers trained on n samples in d dimensions, n, d -> inf at fixed n/d: how they see their data."""
