"""Flexible classifiers by simulation: the Parzen rule trained on drawn samples, smoothed by votes.

An independent check of the laws about n samples: it shares nothing with `theory` but the description of a problem.
"""

from simulate.parzen.simulation import ParzenRecord, ParzenTrial, Share, simulate_parzen

__all__ = ["ParzenRecord", "ParzenTrial", "Share", "simulate_parzen"]
