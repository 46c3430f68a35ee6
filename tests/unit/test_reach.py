"""Masses and densities along a line see only what reaches: the same as over all pairs of intervals and components."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from theory.geometry.line.masses import density, mass
from theory.geometry.piece import Piece, piece
from theory.geometry.region import Region
from theory.laws import NOISE

# Sums of up to a hundred positive terms in another order.
ROUNDED = 1e-14
SHIFTS, SCALES = (0.0, 0.0, 100.0, -1e4), (1.0, 1e-6, 1e6)


def drawn(rng: np.random.Generator, *, typed: bool, moving: bool) -> tuple[tuple[Piece, ...], Region]:
    """Components of all laws, of sizes from much narrower to much wider than their distances, and regions among them.

    moving: each region has places of the components of its own.
    """
    rows, shift, unit = 6, rng.choice(SHIFTS), rng.choice(SCALES)
    pieces = []
    for law in rng.choice(["gaussian", "laplace", "uniform", "point"], int(rng.integers(1, 40))):
        place = rng.normal(0, 30, rows if moving else ()) * unit
        size = 10 ** rng.uniform(-3, 2) * unit
        if typed:
            place, size = np.round(place / unit) * unit, rng.choice([0.25, 0.5, 1.0, 2.0]) * unit
        center = place + shift * unit
        pieces.append(piece(int(rng.integers(2)), law, center, size, rng.uniform(0.1, 1)))
    ends = np.sort(rng.normal(0, 40, (rows, int(rng.integers(0, 60)))), axis=1)
    ends = (np.round(ends) if typed else ends) + shift
    ends = np.where(np.arange(ends.shape[1]) < rng.integers(0, ends.shape[1] + 1, (rows, 1)), ends * unit, np.inf)
    return tuple(pieces), Region(ends, rng.random(rows) < 0.5, np.zeros_like(ends))


def every_pair(pieces: tuple[Piece, ...], region: Region, label: int) -> np.ndarray:
    """The mass of a class where the region says the other, from every interval and every component."""
    total = np.zeros(len(region.first))
    for row in range(len(total)):
        edges = [-np.inf, *region.ends[row], np.inf]
        for k, (low, high) in enumerate(pairwise(edges)):
            if (bool(region.first[row]) ^ (k % 2 == 1)) == bool(label) or not low < high:
                continue
            for item in (p for p in pieces if p.label == label and p.law != "point"):
                center, scale = (float(np.broadcast_to(v, total.shape)[row]) for v in (item.center, item.scale))
                ends = (np.array((end - center) / scale) for end in (low, high))
                total[row] += item.weight * float(NOISE[item.law].interval(*ends))
        for item in (p for p in pieces if p.label == label and p.law == "point"):
            center = np.broadcast_to(item.center, total.shape)[row]
            total[row] += item.weight * (bool(region.contains(center)[row, 0]) != bool(label))
    return total


@pytest.mark.parametrize("moving", [False, True])
@pytest.mark.parametrize("typed", [False, True])
def test_masses_are_those_of_every_pair(typed: bool, moving: bool) -> None:
    rng = np.random.default_rng(11)
    for _ in range(12):
        pieces, region = drawn(rng, typed=typed, moving=moving)
        for label in (0, 1):
            value, error = mass(pieces, region, label)
            expected = every_pair(pieces, region, label)
            assert (np.abs(value - expected) <= ROUNDED * expected).all()
            assert ((error > 0) | (expected == 0)).all()


@pytest.mark.parametrize("moving", [False, True])
def test_densities_are_those_of_every_component(moving: bool) -> None:
    rng = np.random.default_rng(12)
    for _ in range(12):
        pieces, region = drawn(rng, typed=False, moving=moving)
        expected = np.zeros_like(region.ends)
        for item in (p for p in pieces if p.law != "point"):
            center, scale = (np.atleast_1d(v)[:, None] for v in (item.center, item.scale))
            expected += item.weight / scale * NOISE[item.law].pdf((region.ends - center) / scale)
        expected = np.where(np.isfinite(region.ends), expected, 0.0)
        assert (np.abs(density(pieces, region.ends) - expected) <= ROUNDED * expected).all()


def test_nothing_that_is_out_of_reach_is_said_to_be_exactly_nothing() -> None:
    far = (piece(1, "gaussian", 0.0, 1.0, 1.0), piece(1, "gaussian", 1.0, 1.0, 1.0))
    region = Region(np.array([[50.0]]), np.array([True]), np.zeros((1, 1)))
    value, error = mass(far, region, 1)
    assert value[0] == 0
    assert error[0] > 0
