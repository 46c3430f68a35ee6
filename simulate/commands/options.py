"""Options that several commands share, and what their words mean. Every check raises `ProblemError`."""

from __future__ import annotations

from typing import Annotated

import tyro

from simulate.sweep.spacing import check_range, parse_range, spaced
from theory.errors import ProblemError, shown
from theory.problems.noises import RATIO, listed_noises, samples

arg = tyro.conf.arg

# The size and the seed of a simulation where nothing is said.
VOTES, SAMPLES, SEED, DRAWS = 101, 20_000, 0, 20

Name = Annotated[
    tyro.conf.Positional[str],
    arg(metavar="PROBLEM", help="A problem file, or the name of a regime (see `noisewise regimes`)."),
]
Settings = Annotated[
    tyro.conf.UseAppendAction[tuple[str, ...]],
    arg(name="set", metavar="KEY=VALUE", help="Set a regime parameter or a key of the problem file."),
]
Json = Annotated[tyro.conf.FlagCreatePairsOff[bool], arg(help="One JSON document on standard output.")]
Alphas = Annotated[tuple[str, ...], arg(metavar="A...", help="Training noise scales; numbers or LO:HI:COUNT.")]
Betas = Annotated[tuple[str, ...], arg(metavar="B...", help="Smoothing noise scales; numbers or LO:HI:COUNT.")]
Radii = Annotated[
    tuple[str, ...], arg(metavar="E...", help="Radii to certify, or to attack within; numbers or LO:HI:COUNT.")
]
Ratios = Annotated[
    tuple[str, ...],
    arg(metavar="R...", help="Samples per dimension n/d, numbers or LO:HI:COUNT; left out: infinite data."),
]
Failure = Annotated[float, arg(metavar="C", help="Failure probability of a certificate from a finite number of votes.")]
Votes = Annotated[int, arg(metavar="N", help="Votes that the smoothed classifier takes in the simulation.")]
Samples = Annotated[int, arg(metavar="M", help="Independent draws of (X, Y) in the simulation.")]
Draws = Annotated[int, arg(metavar="K", help="Training sets that are drawn.")]
Seed = Annotated[int, arg(metavar="S", help="Seed of all that is random.")]


def scales(words: tuple[str, ...], key: str) -> list[float]:
    """The noise scales that words ask for, each a number or a range LO:HI:COUNT."""
    values: list[float] = []
    for word in words:
        found = parse_range(word)
        if found is not None:
            check_range(key, *found)
            values += spaced(*found)
            continue
        try:
            values.append(float(word))
        except ValueError:
            raise ProblemError(key, shown(word), _expected(word)) from None
    return listed_noises(values, key)


def sample_ratios(words: tuple[str, ...]) -> list[float | None]:
    """Samples per dimension, one None for infinite data where nothing is said."""
    found: list[float | None] = [samples(value) for value in scales(words, RATIO)] if words else [None]
    return found


def _expected(word: str) -> str:
    """What may stand where a scale is asked for, and what a list with commas should have been."""
    apart = word.replace(",", " ").split()
    hint = f": values are set apart by spaces, {' '.join(apart)}" if len(apart) > 1 else ""
    return f"a number >= 0, or LO:HI:COUNT as in 0:1:11{hint}"
