"""Simulation: Monte Carlo, sweeps, storage and the command line."""
