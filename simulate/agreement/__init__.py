"""Theory against Monte Carlo over a map: exact tests of every cell and a verdict at a family-wise rate."""
