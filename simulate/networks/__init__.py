"""Networks trained on noisy data and smoothed by votes: `train_networks`, and classifiers to compare them with.

What networks are trained on is read or drawn in `simulate.data`. Nothing of the exact side is used but the description
of a problem, and its population risks, which stand beside the measured ones.
"""

from simulate.extras import missing

try:
    from simulate.networks.convergence import ConvergenceWarning
    from simulate.networks.experiment import train_networks
    from simulate.networks.plan import NetworkPlan
    from simulate.networks.store import NetworkStore
except ModuleNotFoundError as error:
    if error.name not in ("equinox", "optax"):
        raise
    raise missing(error.name, "train") from None

__all__ = ["ConvergenceWarning", "NetworkPlan", "NetworkStore", "train_networks"]
