"""What runs: Monte Carlo, sweeps of the exact side, comparisons of the two, maps in notebooks, and the command line.

No exact formula lives here; montecarlo/ has formulas of its own and shares only the description of a problem.
"""
