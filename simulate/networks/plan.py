"""What is asked of networks besides data and noises: `NetworkPlan`. Nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from simulate.networks.models import MODELS
from theory.problems.problem import NoiseFamily, Ties
from theory.problems.validation import choice, whole

# Passes over n samples where nothing is said: as many as show so many samples, within bounds.
SHOWN, FEWEST_EPOCHS, MOST_EPOCHS = 200_000, 6, 2000


@dataclass(frozen=True)
class NetworkPlan:
    """How many networks are trained, how, and how they vote.

    Attributes:
        model: "mlp" (two hidden layers of 256), "cnn" (two convolutions), "cnn-norm" (with batch normalisation), or
            "linear".
        seeds: networks trained at each noise, with seeds 0, 1, ...
        epochs: passes over the samples; None: as many as show 200 000 samples, from 6 to 2000.
        copies: fixed noisy copies of each sample; None: fresh noise in every pass.
        votes: N, of the smoothed classifier.
        noise, smoothing: kinds of training and smoothing noise: "gaussian", "laplace" (of that scale) or "uniform" (on
            [-scale, scale]^d).
        ties: which of several classes with most votes is the answer: "class1" the last, "class0" the first, "coin" one
            at random.

    Raises:
        ProblemError: a value out of range; its name, value and range in one line.
    """

    model: str = "mlp"
    seeds: int = 5
    epochs: int | None = None
    copies: int | None = None
    votes: int = 100
    noise: str = "gaussian"
    smoothing: str = "gaussian"
    ties: str = "class1"

    def __post_init__(self) -> None:
        kinds = get_args(NoiseFamily)
        words = {"model": MODELS, "noise": kinds, "smoothing": kinds, "ties": get_args(Ties)}
        for name, known in words.items():
            choice(getattr(self, name), name, known)
        for name in ("seeds", "votes", "epochs", "copies"):
            value = getattr(self, name)
            if value is not None or name in ("seeds", "votes"):
                object.__setattr__(self, name, whole(value, name))

    def passes(self, samples: int) -> int:
        """The epochs on so many samples."""
        return self.epochs or min(MOST_EPOCHS, max(FEWEST_EPOCHS, round(SHOWN / samples)))
