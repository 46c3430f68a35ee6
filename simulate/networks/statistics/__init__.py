"""From the votes and errors of networks on test points to certificates, intervals, sets and ratios. Nothing is trained
here."""

from __future__ import annotations

from simulate.networks.statistics.certificates import (
    ABSTAINED,
    TwoStage,
    average_radius,
    predict,
    predicted,
)
from simulate.networks.statistics.means import Means, mean_difference, mean_risk, seed_risk
from simulate.networks.statistics.ratio import Ratio, cross_fitted_benefit, ratio_of_means
from simulate.networks.statistics.sets import cannot_be_told

__all__ = [
    "ABSTAINED",
    "Means",
    "Ratio",
    "TwoStage",
    "average_radius",
    "cannot_be_told",
    "cross_fitted_benefit",
    "mean_difference",
    "mean_risk",
    "predict",
    "predicted",
    "ratio_of_means",
    "seed_risk",
]
