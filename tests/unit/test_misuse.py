"""What is passed in place of numbers, problems and classifiers is refused in one line, everywhere alike."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

import noisewise as nw
from theory.errors import NoExactRoute, ProblemError
from theory.problems.noises import noises, together

BUMPS = nw.regimes.bumps()
BASE = nw.train(BUMPS, 0.3)
VOTED = nw.smooth(BASE, 0.5)
PROVER = nw.Prover(BUMPS)
SAMPLING = nw.Sampling(samples=50, seed=1)
DATA = nw.load_data("bumps", samples=40, test=20)
RISKS = [[0.1, 0.2]]
ACROSS, UP = nw.Axis("beta", 0.1, 1.0, 2), nw.Axis("alpha", 0.0, 1.0, 2)

# No numbers, though NumPy takes most of them for some.
NO_NUMBERS: dict[str, Any] = {
    "text": "0.5",
    "bytes": b"0.5",
    "truth": True,
    "truth of NumPy": np.bool_(True),
    "truths": [True, 0.5],
    "array of truths": np.array([True, False]),
    "texts": ["0.1", "0.2"],
    "array of texts": np.array(["0.1"]),
    "nothing": None,
    "nan": float("nan"),
    "nans": [0.1, float("nan")],
    "inf": float("inf"),
    "huge": 10**400,
    "complex": 1j,
    "ragged": [[1.0], [1.0, 2.0]],
    "table": {},
    "set": {0.1},
    "date": np.datetime64("2020-01-01"),
    "function": len,
    "masked": np.ma.array([0.1, 0.2], mask=[False, True]),
    "masked in a list": [np.ma.array([0.1, 0.2], mask=[False, True])],
    "mask": np.ma.masked,
}
SEVERAL: dict[str, Any] = {"several": [0.1, 0.3], "one in a list": [0.1], "none in a list": []}

Call = Callable[[Any], Any]
ARRAYS: dict[str, Call] = {
    "clean_risk alpha": lambda x: nw.clean_risk(BUMPS, x, 0.5),
    "clean_risk beta": lambda x: nw.clean_risk(BUMPS, 0.3, x),
    "certified_risk eps": lambda x: nw.certified_risk(BUMPS, 0.3, 0.5, x),
    "adversarial_risk eps": lambda x: nw.adversarial_risk(BUMPS, 0.3, 0.5, x),
    "gain alpha": lambda x: nw.gain(BUMPS, x, 0.5),
    "certified_gain eps": lambda x: nw.certified_gain(BUMPS, 0.3, 0.5, x),
    "compare beta": lambda x: nw.compare(BUMPS, 0.3, x),
    "risk_slopes alpha": lambda x: nw.risk_slopes(BUMPS, x, 0.5),
    "gain_slopes eps": lambda x: nw.gain_slopes(BUMPS, 0.3, 0.5, x),
    "vote_risk beta": lambda x: nw.vote_risk(BUMPS, 0.3, x, 5),
    "certified_vote_risk eps": lambda x: nw.certified_vote_risk(BUMPS, 0.3, 0.5, x, 100),
    "risk alpha": lambda x: nw.risk(BUMPS, alpha=x),
    "risk eps": lambda x: nw.risk(BUMPS, VOTED, eps=x),
    "best_alphas": lambda x: nw.best_alphas(BUMPS, x),
    "parzen_risk alpha": lambda x: nw.parzen_risk(BUMPS, x, 100),
    "f": BASE,
    "g": VOTED,
    "u": VOTED.vote,
    "u along": VOTED.vote_along,
    "monte_carlo alpha": lambda x: nw.monte_carlo(BUMPS, alpha=x, beta=0.5, votes=3, sampling=SAMPLING),
    "monte_carlo eps": lambda x: nw.monte_carlo(BUMPS, alpha=0.1, beta=0.5, eps=x, votes=3, sampling=SAMPLING),
    "train_networks alpha": lambda x: nw.train_networks(DATA, alpha=x, beta=0.5),
    "train_networks beta": lambda x: nw.train_networks(DATA, alpha=0.1, beta=x),
    "train_networks eps": lambda x: nw.train_networks(DATA, alpha=0.1, beta=0.5, eps=x),
    "measured_map risk": lambda x: nw.measured_map(x, [0.0], [0.1]),
    "measured_map alpha": lambda x: nw.measured_map(RISKS, x, [0.1, 0.2]),
    "measured_map beta": lambda x: nw.measured_map(RISKS, [0.0], x),
}
SINGLE: dict[str, Call] = {
    "train": partial(nw.train, BUMPS),
    "smooth": partial(nw.smooth, BASE),
    "best_alpha": partial(nw.best_alpha, BUMPS),
    "best_alpha eps": partial(nw.best_alpha, BUMPS, 0.5),
    "window m": lambda x: nw.least_squares_window(x, 0.2),
    "window prior": partial(nw.least_squares_window, 1.5),
    "best_parzen_alpha": partial(nw.best_parzen_alpha, BUMPS),
    "small_noise beta": lambda x: nw.small_noise(BUMPS).best_alpha(x),
    "small_noise eps": lambda x: nw.small_noise(BUMPS).best_alpha(0.1, x),
    "budget beta": lambda x: nw.error_budget(BUMPS).spending(x, 100, 11),
    "training sets": lambda x: nw.TrainingSets(x, 0),
    "tolerance": lambda x: nw.clean_risk(BUMPS, 0.3, 0.5, tolerance=-1.0 if x is NO_NUMBERS["inf"] else x),
    "vote_risk votes": partial(nw.vote_risk, BUMPS, 0.3, 0.5),
    "failure": partial(nw.certified_vote_risk, BUMPS, 0.3, 0.5, 0.1, 100),
    "zero_gain_curve low": lambda x: nw.zero_gain_curve(BUMPS, ("alpha", x, 1.0), ("beta", 0.1, 1.0), seeds=3),
    "zero_gain_curve eps": lambda x: nw.zero_gain_curve(BUMPS, ("alpha", 0.1, 1.0), ("beta", 0.1, 1.0), {"eps": x}),
    "zero_gain_curve seeds": lambda x: nw.zero_gain_curve(BUMPS, ("alpha", 0.1, 1.0), ("beta", 0.1, 1.0), seeds=x),
    "Prover": partial(nw.Prover, BUMPS),
    "Prover.risk": lambda x: PROVER.risk(x, 0.5),
    "Prover.gain": lambda x: PROVER.gain(0.5, x),
    "PROVED": lambda x: nw.PROVED.certified_risk(BUMPS, 0.3, 0.5, x),
    "votes": lambda x: nw.monte_carlo(BUMPS, alpha=0.1, beta=0.5, votes=x, sampling=SAMPLING),
    "samples": lambda x: nw.Sampling(samples=x, seed=1),
    "seed": lambda x: nw.Sampling(samples=1, seed=x),
    "chunk_bytes": lambda x: nw.Sampling(samples=1, seed=1, chunk_bytes=x),
    "confidence": nw.Level,
    "low": lambda x: nw.Axis("alpha", x, 1.0, 3),
    "high": lambda x: nw.Axis("alpha", 0.0, x, 3),
    "count": lambda x: nw.Axis("alpha", 0.0, 1.0, x),
    "sweep eps": lambda x: nw.sweep(BUMPS, ACROSS, UP, {"eps": x}),
    "phase eps": lambda x: nw.phase("bumps", "beta=0.1:1:2", "alpha=0:1:2", curves=False, eps=x),
    "SpotCheck": lambda x: nw.SpotCheck(x, 3, 10, 1),
    "Trial votes": lambda x: nw.Trial(x, 10, 1),
    "Trial rate": lambda x: nw.Trial(3, 10, 1, x),
    "agreement eps": lambda x: nw.agreement(nw.Family("bumps"), ACROSS, UP, {"eps": x}, nw.Trial(3, 10, 1)),
    "Range": lambda x: nw.Range(x, 1.0),
    "Range zero": lambda x: nw.Range(0.0, 1.0, zero=x),
    "explore eps": lambda x: nw.explore("bumps", cells=2, eps=x),
    "explore cells": lambda x: nw.explore("bumps", cells=x),
    "weight": lambda x: nw.Component(nw.Point(0.0), x),
    "radius": lambda x: nw.Ball(0.0, x),
    "dim": lambda x: nw.regimes.concentric(dim=x),
    "prior": lambda x: nw.regimes.concentric(prior=x),
    "networks seeds": lambda x: nw.NetworkPlan(seeds=x),
    "networks votes": lambda x: nw.NetworkPlan(votes=x),
    "data seed": lambda x: nw.load_data("bumps", seed=x),
    "components": lambda x: nw.fit_problem(DATA, components=x),
    "fit seed": lambda x: nw.fit_problem(DATA, seed=x),
    "measured_map confidence": lambda x: nw.measured_map(RISKS, [0.0], [0.1, 0.2], confidence=x),
}
OTHERS: dict[str, Call] = {
    "train": lambda x: nw.train(x, 0.3),
    "clean_risk": lambda x: nw.clean_risk(x, 0.3, 0.5),
    "gain": lambda x: nw.gain(x, 0.3, 0.5),
    "bayes_risk": nw.bayes_risk,
    "risk_slopes": lambda x: nw.risk_slopes(x, 0.3, 0.5),
    "vote_risk": lambda x: nw.vote_risk(x, 0.3, 0.5, 3),
    "small_noise": nw.small_noise,
    "smooth": lambda x: nw.smooth(x, 0.3),
    "risk": lambda x: nw.risk(x, VOTED),
    "Prover": nw.Prover,
    "monte_carlo": lambda x: nw.monte_carlo(x, alpha=0.1, beta=0.5, votes=3, sampling=SAMPLING),
    "sampling": lambda x: nw.monte_carlo(BUMPS, alpha=0.1, beta=0.5, votes=3, sampling=x),
    "level": lambda x: nw.monte_carlo(BUMPS, alpha=0.1, beta=0.5, votes=3, sampling=SAMPLING, level=x),
    "sweep": lambda x: nw.sweep(x, ACROSS, UP),
    "axis": lambda x: nw.sweep(BUMPS, x, UP),
    "grid axis": lambda x: nw.sweep_grid(BUMPS, (ACROSS, x)),
    "dumps_problem": nw.dumps_problem,
    "with_overrides": lambda x: nw.with_overrides(x, {}),
    "antithetic": lambda x: nw.Sampling(10, 1, antithetic=x),
    "simultaneous": lambda x: nw.Level(0.9, x),
    "scheme": lambda x: nw.Sampling(10, 1, scheme=x),
    "route": lambda x: nw.clean_risk(BUMPS, 0.3, 0.5, route=x),
    "data": lambda x: nw.train_networks(x, alpha=0.1, beta=0.5),
    "plan": lambda x: nw.train_networks(DATA, alpha=0.1, beta=0.5, plan=x),
    "level of networks": lambda x: nw.train_networks(DATA, alpha=0.1, beta=0.5, level=x),
    "store": lambda x: nw.train_networks(DATA, alpha=0.1, beta=0.5, store=x),
    "model": nw.NetworkPlan,
    "epochs": lambda x: nw.NetworkPlan(epochs=x),
    "copies": lambda x: nw.NetworkPlan(copies=x),
    "ties of networks": lambda x: nw.NetworkPlan(ties=x),
    "source": nw.load_data,
    "samples of data": lambda x: nw.load_data("bumps", samples=x),
    "classes": lambda x: nw.load_data("bumps", classes=x),
    "settings": lambda x: nw.load_data("bumps", settings=x),
    "folder": lambda x: nw.NetworkStore([x]),
    "fit_problem": nw.fit_problem,
    "covariance": lambda x: nw.fit_problem(DATA, covariance=x),
    "Component": nw.Component,
    "ties": lambda x: nw.Smoothing("gaussian", x),
}
# Choices about pictures, each with things that make no sense.
MAP = nw.measured_map([[0.3, 0.2], [0.2, 0.3]], [0.0, 1.0], [0.1, 0.2])
PICTURE = MAP.noisewise
GRID = nw.sweep_grid(BUMPS, (nw.Axis("prior", 0.4, 0.6, 2), UP, ACROSS))
CHOICES: dict[str, tuple[Call, list[Any]]] = {
    "cmap": (lambda x: PICTURE.plot(cmap=x), ["RdBlue", 3, None, ["RdBu"]]),
    "limits": (
        lambda x: PICTURE.plot(limits=x),
        ["0.1", 0, -1, (1, -1), (1,), [1, 2, 3], True, float("nan"), [[1], 2]],
    ),
    "limits of a page": (lambda x: PICTURE.interactive(limits=x), ["0.1", 0, (1, -1), float("inf")]),
    "colorbar": (lambda x: PICTURE.plot(colorbar=x), ["right", "inside", 1, {}]),
    "legend": (lambda x: PICTURE.plot(legend=x), ["top", 1, {}]),
    "legend of lines": (lambda x: PICTURE.plot_risk(legend=x), ["top", 1]),
    "levels": (
        lambda x: PICTURE.plot(levels=x),
        [-1, 10**6, 0.5, "3", [1, 0], [[1]], [0, float("nan")], ["a"], [[1], 2]],
    ),
    "curves": (lambda x: PICTURE.plot(curves=x), ["zeros", ["zero", "bestest"], 1, [1], None]),
    "hatch": (lambda x: PICTURE.plot(hatch=x), ["abc", "", 1, {"helps": "/"}, {"constant": 1}, None]),
    "against": (lambda x: PICTURE.plot_risk(against=x), ["eps", "a", 1, ["alpha"]]),
    "at": (lambda x: PICTURE.plot_gain(at=x), [7, [0.1, 7], "0.1", [], [[0.1]], float("nan"), [True], [[1], 2]]),
    "overlay": (nw.overlay, [3, [], [3], {}, {"a": 1}, "bumps", GRID]),
    "overlay key": (lambda x: nw.overlay(GRID, x), ["eps", 1, None]),
    "overlay curves": (lambda x: nw.overlay([MAP], curves=x), ["alike", ["zeros"], [], 1, None]),
    "overlay of others": (lambda x: nw.overlay([MAP, x]), [MAP.rename(alpha="gap").assign_attrs(y_key="gap")]),
    "facet": (nw.facet, [3, [], [3], {}, "bumps", GRID]),
    "facet key": (lambda x: nw.facet(GRID, x), ["eps", 1, None]),
    "facet key of maps": (lambda x: nw.facet([MAP], x), ["alpha"]),
    "facet at": (lambda x: nw.facet(GRID, "prior", at=x), [7, [0.5, 7], "0.5", [], [[0.5]]]),
    "facet wrap": (lambda x: nw.facet([MAP], wrap=x), [0, -1, 1.5, "2", True]),
}


def refused(call: Call, value: Any) -> None:
    with pytest.raises((ProblemError, NoExactRoute)) as caught:
        call(value)
    said = str(caught.value)
    assert "found" in said
    assert "expected" in said
    assert "\n" not in said


@pytest.mark.parametrize("call", ARRAYS.values(), ids=ARRAYS)
def test_arrays_hold_numbers(call: Call) -> None:
    for value in NO_NUMBERS.values():
        refused(call, value)


@pytest.mark.parametrize("call", SINGLE.values(), ids=SINGLE)
def test_one_number_is_one_number(call: Call) -> None:
    for value in (NO_NUMBERS | SEVERAL).values():
        refused(call, value)


@pytest.mark.parametrize("call", OTHERS.values(), ids=OTHERS)
def test_what_is_no_number_is_what_it_should_be(call: Call) -> None:
    for value in ("0.5", 0.5, [0.1], np.array([0.1, 0.2]), {}):
        refused(call, value)


@pytest.mark.parametrize(("call", "values"), CHOICES.values(), ids=CHOICES)
def test_pictures_are_as_chosen_or_not_at_all(call: Call, values: list[Any]) -> None:
    for value in values:
        refused(call, value)


@pytest.mark.parametrize("problem", [BUMPS, nw.regimes.concentric(dim=5), nw.regimes.stripes(), nw.regimes.ball()])
def test_no_noises_no_risks(problem: Any) -> None:
    """As everywhere in NumPy: nothing asked, nothing answered, in the shape of what was asked."""
    asked = [
        nw.clean_risk(problem, [], 0.5),
        nw.certified_risk(problem, 0.3, [], 0.1),
        nw.vote_risk(problem, [], 0.5, 3),
        nw.gain(problem, [], 0.5),
        nw.risk_slopes(problem, [], 0.5).by_alpha,
    ]
    assert [np.shape(found.value) for found in asked] == [(0,)] * 5
    assert nw.clean_risk(problem, np.empty((0, 1)), [0.1, 0.2]).value.shape == (0, 2)
    assert nw.best_alphas(problem, []) == []


def test_other_kinds_of_numbers_and_arrays_are_welcome() -> None:
    values = (Fraction(1, 2), np.float32(0.5), np.int64(1), 1, [Fraction(1, 2), 1], np.ma.array([0.5, 1.0]), (0.5, 1))
    for value in values:
        assert (noises(value, "alpha") == np.asarray(value, float)).all()
    assert nw.clean_risk(BUMPS, Fraction(3, 10), 0.5).value == nw.clean_risk(BUMPS, 0.3, 0.5).value


def test_shapes_that_do_not_fit_are_refused() -> None:
    refused(lambda x: nw.clean_risk(BUMPS, x, [0.1, 0.2, 0.3]), [0.1, 0.2])
    refused(lambda x: nw.gain_slopes(BUMPS, x, [0.1, 0.2, 0.3]), [0.1, 0.2])
    refused(VOTED.vote_along, [[0.1, 0.2]])
    assert [part.shape for part in together([[0.1], [0.2]], [0.1, 0.2, 0.3])] == [(2, 3)] * 3


def test_classifiers_are_equal_if_problem_and_noises_are() -> None:
    again = nw.train(nw.regimes.bumps(), 0.3)
    assert again == BASE
    assert hash(again) == hash(BASE)
    assert nw.smooth(again, 0.5) == VOTED
    others = [nw.train(BUMPS, 0.4), nw.train(nw.regimes.bumps(spacing=3.0), 0.3), nw.train(nw.regimes.stripes(), 0.3)]
    assert len({BASE, again, *others}) == 4
    assert len({VOTED, nw.smooth(again, 0.5), nw.smooth(BASE, 0.6), nw.smooth(others[0], 0.5)}) == 3
