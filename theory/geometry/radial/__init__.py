"""Radial problems: regions are unions of shells about a centre, masses are noncentral chi-square probabilities."""
