"""Closed forms derived by SymPy from the definitions, step by step: no end result is written down without its origin.

`bridge`, `concentric`, `large_noise`, `small_noise`, `two_gaussians` hold one derivation each; `DERIVATIONS` names all.
"""

from __future__ import annotations

from collections.abc import Callable

from theory.symbolic.bridge import bridge_identity
from theory.symbolic.concentric import concentric_radius, radius_grows
from theory.symbolic.derivation import Derivation
from theory.symbolic.large_noise import large_noise_half_space
from theory.symbolic.small_noise import many_dimensions, radial_small_noise
from theory.symbolic.two_gaussians import threshold, threshold_risk

DERIVATIONS: dict[str, Callable[[], Derivation]] = {
    "threshold": threshold,
    "threshold-risk": threshold_risk,
    "bridge": bridge_identity,
    "concentric-radius": concentric_radius,
    "radius-grows": radius_grows,
    "small-noise": radial_small_noise,
    "many-dimensions": many_dimensions,
    "large-noise": large_noise_half_space,
}

__all__ = ["DERIVATIONS", "Derivation"]
