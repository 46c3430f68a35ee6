"""Votes under noises that are products of one-dimensional laws, along lines of the plane."""
