"""Proved verdicts on a sweep: labels, enclosures, problems that change from cell to cell, and what has no proof."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
import xarray as xr

from simulate.sweep.axes import Axis, Family
from simulate.sweep.proofs import add_proofs
from simulate.sweep.sweep import sweep
from theory.proof import NoProof

BUMPS = Family("bumps", {"spacing": 1.5})
AXES = (Axis("beta", 0.3, 1.6, 6), Axis("alpha", 0.0, 0.9, 4))


@pytest.fixture(scope="module")
def plain() -> xr.Dataset:
    return sweep(BUMPS, *AXES)


@pytest.fixture(scope="module")
def proved(plain: xr.Dataset) -> xr.Dataset:
    return add_proofs(plain, BUMPS, *AXES)


def test_labels_say_what_is_proved(plain: xr.Dataset, proved: xr.Dataset) -> None:
    before, after, proof = (d.to_numpy().ravel() for d in (plain["label"], proved["label"], proved["proof"]))
    expected = {"exact-help": "proved-help", "exact-hurt": "proved-hurt", "neutral": "proved-neutral"}
    assert [expected.get(label, label) for label in before.tolist()] == after.tolist()
    assert set(proof) == {"help", "hurt", "neutral"}
    assert (after == "constant").any()


def test_enclosures_hold_the_gain(proved: xr.Dataset) -> None:
    low, high, gain, error = (proved[key].to_numpy() for key in ("proof_low", "proof_high", "gain", "gain_error"))
    assert ((low <= gain + error) & (gain - error <= high)).all()
    assert (low[proved["proof"] == "help"] > 0).all()
    assert (high[proved["proof"] == "hurt"] < 0).all()
    assert (low[proved["proof"] == "neutral"] == 0).all()
    assert (high - low < 1e-14).all()
    assert set(np.unique(proved["proof_bits"])) <= {64, 128}


def test_who_proves_changes_nothing(plain: xr.Dataset, proved: xr.Dataset) -> None:
    shares: list[float] = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        again = add_proofs(plain, BUMPS, *AXES, pool, shares.append)
    assert again.identical(proved)
    assert shares[-1] == 1


def test_problems_that_change_along_an_axis() -> None:
    family, axes = Family("stripes"), (Axis("gap", 0.1, 1.2, 4), Axis("alpha", 0.1, 0.7, 3))
    plain = sweep(family, *axes, {"beta": 0.8})
    found = add_proofs(plain, family, *axes)
    gain, error = plain["gain"].to_numpy(), plain["gain_error"].to_numpy()
    clear = np.abs(gain) > error
    assert clear.sum() >= 8
    assert (found["proof"].to_numpy()[clear] == np.where(gain > 0, "help", "hurt")[clear]).all()
    assert (found["proof"] != "undecided").all()


def test_a_problem_without_proofs() -> None:
    family, axes = Family("anisotropic"), (Axis("beta", 0.3, 0.6, 2), Axis("alpha", 0.2, 0.4, 2))
    with pytest.raises(NoProof, match="isotropic"):
        add_proofs(sweep(family, *axes), family, *axes)


def test_a_cap_leaves_cells_undecided(plain: xr.Dataset) -> None:
    axes = (Axis("beta", 0.5, 0.6, 2), Axis("alpha", 1e-8, 2e-8, 2))
    family = Family("two-gaussians", {"prior": 0.2})
    found = add_proofs(sweep(family, *axes), family, *axes, most_bits=64)
    assert (found["label"] == "undecided").all()
    assert (found["proof_low"] < 0).all()
    assert (found["proof_high"] > 0).all()
    assert (add_proofs(sweep(family, *axes), family, *axes)["proof"] == "hurt").all()
