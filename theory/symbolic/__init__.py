"""Closed forms derived by SymPy from the definitions, step by step: no end result is written down without its origin.

Each module holds those of one subject; `DERIVATIONS` names all. Where an identity does not come out a derivation raises
`ArithmeticError`.
"""

from __future__ import annotations

from collections.abc import Callable

from theory.symbolic.bridge import bridge_attack, bridge_identity
from theory.symbolic.concentric import concentric_radius, radius_grows, radius_rises, ratio_below_one
from theory.symbolic.derivation import Derivation
from theory.symbolic.flexible import best_kernel, cost_of_votes, kernel_square
from theory.symbolic.half_spaces import half_space_certificate, half_space_vote
from theory.symbolic.high_dimension import high_dimension_margins, radius_concave
from theory.symbolic.invariances import common_factor, scaling
from theory.symbolic.large_noise import large_noise_half_space
from theory.symbolic.prior_shift import prior_shift, prior_shift_limit, regression_threshold
from theory.symbolic.samples import (
    equal_priors,
    equal_priors_many_samples,
    lda_large_samples,
    noisy_copies,
    window_equation,
)
from theory.symbolic.small_noise import certified_small_noise, many_dimensions, radial_small_noise
from theory.symbolic.two_gaussians import threshold, threshold_risk

DERIVATIONS: dict[str, Callable[[], Derivation]] = {
    "threshold": threshold,
    "threshold-risk": threshold_risk,
    "half-space-vote": half_space_vote,
    "half-space-certificate": half_space_certificate,
    "prior-shift": prior_shift,
    "prior-shift-limit": prior_shift_limit,
    "regression-threshold": regression_threshold,
    "bridge": bridge_identity,
    "bridge-attack": bridge_attack,
    "concentric-radius": concentric_radius,
    "radius-grows": radius_grows,
    "radius-rises": radius_rises,
    "radius-concave": radius_concave,
    "best-ratio": ratio_below_one,
    "high-dimension-margins": high_dimension_margins,
    "small-noise": radial_small_noise,
    "certified-small-noise": certified_small_noise,
    "many-dimensions": many_dimensions,
    "kernel-square": kernel_square,
    "best-kernel": best_kernel,
    "cost-of-votes": cost_of_votes,
    "large-noise": large_noise_half_space,
    "least-squares-window": window_equation,
    "lda-large-samples": lda_large_samples,
    "equal-priors": equal_priors,
    "equal-priors-many-samples": equal_priors_many_samples,
    "noisy-copies": noisy_copies,
    "scaling": scaling,
    "common-factor": common_factor,
}

__all__ = ["DERIVATIONS", "Derivation"]
