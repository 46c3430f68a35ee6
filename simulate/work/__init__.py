"""Work in pieces that survives: finished pieces in a file, workers that may die, and whoever computes."""
