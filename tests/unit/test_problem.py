"""The frozen description: what constructors normalise, infer and refuse."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from theory.errors import ProblemError
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
    Smoothing,
    Training,
    Uniform,
    as_vector,
)

NAN, INF = float("nan"), float("inf")
UNIT = Component(Gaussian(0.0, 1.0))


def mixture(**changes: object) -> MixtureProblem:
    return MixtureProblem(**{"prior": 0.5, "class0": (UNIT,), "class1": (UNIT,), **changes})


def domain(**changes: object) -> DomainProblem:
    return DomainProblem(**{"inside": (Ball(0.0, 1.0),), **changes})


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(ProblemError) as caught:
        make()
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_numbers_become_floats_and_scalars_stay_scalars() -> None:
    law = Gaussian(3, Fraction(1, 2))
    assert (law.mean, law.scale) == (3.0, 0.5)
    assert (type(law.mean), type(law.scale)) == (float, float)


@pytest.mark.parametrize("value", [[1, 2], (1, 2), np.array([1, 2]), np.array([1.0, 2.0], np.float32)])
def test_lists_and_arrays_become_tuples(value: object) -> None:
    law = Laplace(value, np.float64(2))
    assert law == Laplace((1.0, 2.0), 2.0)
    assert type(law.mean) is tuple
    assert type(law.scale) is float
    assert hash(law) == hash(Laplace((1.0, 2.0), 2.0))


def test_zero_dimensional_array_is_a_scalar() -> None:
    assert Point(np.array(2)).mean == 2.0


def test_covariance_becomes_tuples_and_rounding_is_averaged_out() -> None:
    cov = np.array([[2.0, 0.3], [np.nextafter(0.3, 1), 1.0]])
    stored = Gaussian(0.0, cov=cov).cov
    assert stored[0][1] == stored[1][0] == pytest.approx(0.3, rel=1e-15)
    assert Gaussian(0.0, cov=stored).cov == stored


@pytest.mark.parametrize("dim", [0, None])
@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (Gaussian(0, 1), 1),
        (Gaussian([0], 1), 1),
        (Gaussian(0, [1, 2]), 2),
        (Gaussian(0, cov=np.eye(3)), 3),
        (Uniform([0, 0], 1), 2),
        (Ball([0, 0, 0], 1), 3),
    ],
)
def test_dimension_is_inferred(law: object, expected: int, dim: object) -> None:
    problem = mixture(class1=[Component(law)], dim=dim)
    assert problem.dim == expected
    assert type(problem.dim) is int


def test_dimension_of_a_domain_is_inferred_from_bounds_or_sets() -> None:
    assert domain(low=[-1, -1], high=2).dim == 2
    assert domain(inside=[Box([0, 0, 0], 1)]).dim == 3
    assert domain().dim == 1
    assert domain(dim=np.int64(7)).dim == 7


def test_infinite_domain() -> None:
    assert domain().infinite
    assert not domain(low=-2, high=2).infinite


def test_replace_and_pickle_keep_the_description() -> None:
    problem = mixture(dim=4, name="x")
    assert replace(problem, prior=0.2).dim == 4
    assert pickle.loads(pickle.dumps(problem)) == problem


def test_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ProblemError("prior", "2", "less", "file.toml")))
    assert str(error) == "file.toml: prior: found 2, expected less"
    assert isinstance(error, ValueError)


def test_scalars_cost_nothing_in_any_dimension() -> None:
    dim = 10**15  # a loop or an array over the axes would not come to an end
    problem = mixture(dim=dim)
    assert domain(dim=dim, low=-2, high=2).dim == dim
    assert as_vector(problem.class0[0].law.mean, dim).strides == (0,)


def test_as_vector_broadcasts_and_checks_length() -> None:
    np.testing.assert_array_equal(as_vector(2.0, 3), [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(as_vector((1.0, 2.0), 2), [1.0, 2.0])
    assert refusal(lambda: as_vector((1.0,), 3)) == "found 1 axes, expected 3"


LAWS = {
    "mean: found True, expected a number or a non-empty list of numbers": lambda: Point(True),
    "mean: found '1', expected a number or a non-empty list of numbers": lambda: Point("1"),
    "mean: found [], expected a number or a non-empty list of numbers": lambda: Point([]),
    "mean[1]: found nan, expected a finite number": lambda: Point([0, NAN]),
    "mean[0]: found [1, 2], expected a number": lambda: Point(np.array([[1, 2]])),
    "mean[1]: found False, expected a number": lambda: Point([0, np.False_]),
    "mean: found inf, expected a finite number": lambda: Gaussian(INF, 1),
    "mean: found a huge int, expected a finite number": lambda: Point(10**5000),
    "scale: found 0.0, expected a positive number": lambda: Laplace(0, 0),
    "scale[1]: found -1.0, expected a positive number": lambda: Gaussian(0, [1, -1]),
    "scale: found nan, expected a finite number": lambda: Gaussian(0, NAN),
    "scale: found neither scale nor cov, expected exactly one of scale and cov": lambda: Gaussian(0),
    "scale: found both scale and cov, expected exactly one of scale and cov": lambda: Gaussian(0, 1, [[1]]),
    "scale: found 3 axes, expected 2 as fixed by mean": lambda: Gaussian([0, 0], [1, 1, 1]),
    "cov: found 2 axes, expected 3 as fixed by mean": lambda: Gaussian([0, 0, 0], cov=np.eye(2)),
    "cov: found 1.0, expected a square matrix [[...], ...]": lambda: Gaussian(0, cov=1.0),
    "cov: found [1, 2], expected a square matrix [[...], ...]": lambda: Gaussian(0, cov=[1, 2]),
    "cov: found 2 rows of lengths [2, 1], expected a square matrix": lambda: Gaussian(0, cov=[[1, 2], [3]]),
    "cov: found 0 rows": lambda: Gaussian(0, cov=[]),
    "cov[0][1]: found 'a', expected a number": lambda: Gaussian(0, cov=[[1, "a"], [0, 1]]),
    "cov: found [0][1] = 0.5 but [1][0] = 0.4, expected a symmetric": lambda: Gaussian(0, cov=[[1, 0.5], [0.4, 1]]),
    "cov[1][1]: found -1.0, expected a positive variance": lambda: Gaussian(0, cov=[[1, 0], [0, -1]]),
    "cov: found [[1.0, 2.0], [2.0, 1.0]], expected a symmetric positive definite": lambda: Gaussian(
        0, cov=[[1, 2], [2, 1]]
    ),
    "high: found 1.0, expected more than the low of 1.0": lambda: Uniform(1, 1),
    "high[1]: found 0.0, expected more than the low of 2.0": lambda: Box(2, [3, 0]),
    "high: found 2 axes, expected 3 as fixed by low": lambda: Uniform([0, 0, 0], [1, 1]),
    "radius: found 0.0, expected a positive number": lambda: Ball(0, 0),
    "radius: found [1], expected a number": lambda: Ball(0, [1]),
    "weight: found 0.0, expected a positive number": lambda: Component(Point(0), 0),
    "weight: found inf, expected a finite number": lambda: Component(Point(0), INF),
    "law: found Box(low=0.0, high=1.0), expected a Gaussian, Laplace": lambda: Component(Box(0, 1)),
}

PROBLEMS = {
    "prior: found 0.0, expected a number strictly between 0 and 1": lambda: mixture(prior=0),
    "prior: found 1.0, expected a number strictly between 0 and 1": lambda: mixture(prior=1),
    "prior: found nan, expected a finite number": lambda: mixture(prior=NAN),
    "prior: found None, expected a number": lambda: mixture(prior=None),
    "dim: found -1, expected a whole number of at least 1": lambda: mixture(dim=-1),
    "dim: found 2.0, expected a whole number of at least 1": lambda: mixture(dim=2.0),
    "dim: found True, expected a whole number of at least 1": lambda: mixture(dim=True),
    "dim: found False, expected a whole number of at least 1": lambda: mixture(dim=False),
    "dim: found a huge int, expected a whole number of at most": lambda: mixture(dim=10**5000),
    "class0: found (), expected a non-empty tuple of Component": lambda: mixture(class0=()),
    "class1[1]: found 3, expected a Component": lambda: mixture(class1=[UNIT, 3]),
    "class1[0].mean: found 2 axes, expected 3 as fixed by dim": lambda: mixture(
        dim=3, class1=[Component(Point([0, 0]))]
    ),
    "class1[0].mean: found 2 axes, expected 3 as fixed by class0[1].scale": lambda: mixture(
        class0=[UNIT, Component(Gaussian(0, [1, 1, 1]))], class1=[Component(Point([0, 0]))]
    ),
    "name: found 3, expected a string": lambda: mixture(name=3),
    "name: found '\\ud800', expected a string that UTF-8": lambda: mixture(name="\ud800"),
    "training: found 'regression', expected a Training": lambda: mixture(training="regression"),
    "smoothing: found None, expected a Smoothing": lambda: domain(smoothing=None),
    "inside: found (), expected a non-empty tuple of Ball or Box": lambda: domain(inside=()),
    "inside[0]: found Point(mean=0.0), expected a Ball or Box": lambda: domain(inside=[Point(0)]),
    "high: found None, expected a number": lambda: domain(low=0),
    "low: found None, expected a number": lambda: domain(high=0),
    "high: found 0.0, expected more than the low of 1.0": lambda: domain(low=1, high=0),
    "inside[0].center: found 1 axes, expected 2 as fixed by low": lambda: domain(
        low=[0, 0], high=1, inside=[Ball([0], 1)]
    ),
    "rule: found 'posterio', expected one of posterior, regression, lda,": lambda: Training("posterio"),
    "noise: found 'cauchy', expected one of gaussian, laplace, uniform": lambda: Training(noise="cauchy"),
    "off_support: found 0, expected one of nearest, class0, class1": lambda: Training(off_support=0),
    "noise: found ['gaussian'], expected one of": lambda: Smoothing(["gaussian"]),
}


@pytest.mark.parametrize(("message", "make"), [*LAWS.items(), *PROBLEMS.items()])
def test_bad_values_are_refused_in_one_line(message: str, make: Callable[[], object]) -> None:
    assert refusal(make).startswith(message)


@pytest.mark.parametrize(
    "region",
    [Ball(3.0, 1.0), Ball([0.0, -3.5], 1.0), Ball([2.8, 2.8], 1.0), Box(2.0, 3.0), Box([0.0, -9.0], [1.0, -2.0])],
)
def test_set_that_misses_the_domain_is_refused(region: object) -> None:
    message = refusal(lambda: domain(dim=2, low=-2, high=2, inside=[Ball(0, 1), region]))
    assert message.startswith("inside[1]: found ")
    assert message.endswith("expected a set that meets the domain")


@pytest.mark.parametrize("region", [Ball(2.5, 1.0), Ball([2.5, 2.5], 1.0), Ball(0.0, 99.0), Box([1.0, -9.0], 9.0)])
def test_set_that_reaches_beyond_the_domain_is_kept_as_written(region: object) -> None:
    assert domain(dim=2, low=-2, high=2, inside=[region]).inside == (region,)
