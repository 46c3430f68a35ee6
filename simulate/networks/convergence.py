"""Whether a loss has come to its end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulate.montecarlo.arrays import Numbers

# A loss that falls by more than this share of the loss of guessing over the second half of the epochs has not
# converged. Networks of the data that come along fall by up to .04 of it, while the step size goes to 0.
FALLING = 0.05


class ConvergenceWarning(UserWarning):
    """A network whose training ended too early; the text is one line."""


def unfinished(alphas: Sequence[float], losses: Numbers, classes: int) -> list[str]:
    """One line for each network whose losses (alphas, epochs) were still falling, or are no numbers."""
    lines = []
    for alpha, own, done in zip(alphas, losses, converged(losses, classes), strict=True):
        if not np.isfinite(own).all():
            lines.append(f"the loss of the network at alpha = {alpha:g} is no number")
        elif not done:
            lines.append(
                f"the network at alpha = {alpha:g} has not converged: its loss fell by {_fall(own):.2g} to "
                f"{own[-1]:.2g} over the second half of {len(own)} epochs; take more --epochs"
            )
    return lines


def converged(losses: Numbers, classes: int) -> Numbers:
    """Whether losses (..., epochs) are finite and have ceased to fall noticeably: a network that guesses loses ln K."""
    with np.errstate(invalid="ignore"):
        return np.isfinite(losses).all(axis=-1) & (_fall(losses) <= FALLING * np.log(classes))


def _fall(losses: Numbers) -> Numbers:
    """By how much losses (..., epochs) fell over the second half of the epochs."""
    return np.asarray(losses[..., (losses.shape[-1] - 1) // 2] - losses[..., -1])
