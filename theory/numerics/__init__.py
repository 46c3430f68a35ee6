"""Numerical methods that know no classifier: sign changes, quadrature, maxima, curves, special functions."""
