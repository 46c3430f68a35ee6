"""The registry of laws: one file for each subject, with a proof in its docstring; `LAWS` has them all by name.

A law is stated, and comes with a family of problems that satisfy its hypotheses and a margin that its conclusion says
is not negative. `Theorem.check` attacks, derives or exhibits it; `noisewise theorems` does so for all.
"""

from __future__ import annotations

from theory.theorems import (
    balls,
    boundaries,
    bridge,
    classes,
    comparison,
    compensation,
    flexible,
    half_spaces,
    high_dimensions,
    interference,
    invariances,
    large_noise,
    one_vote,
    prior_shift,
    ratios,
    regression,
    samples,
    sets,
    small_noise,
)
from theory.theorems.law import Finding, Theorem

_SUBJECTS = (
    half_spaces,
    prior_shift,
    bridge,
    compensation,
    balls,
    sets,
    interference,
    comparison,
    boundaries,
    small_noise,
    ratios,
    flexible,
    large_noise,
    regression,
    classes,
    high_dimensions,
    one_vote,
    samples,
    invariances,
)

LAWS: dict[str, Theorem] = {law.name: law for subject in _SUBJECTS for law in subject.LAWS}

__all__ = ["LAWS", "Finding", "Theorem"]
