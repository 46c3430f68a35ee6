"""Exact sweeps over two axes: cells, curves, proofs and Monte Carlo points, as one dataset."""
