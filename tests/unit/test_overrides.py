"""Settings from the command line: how they are parsed, and how they change single keys of a problem."""

from __future__ import annotations

import pytest

from theory.errors import ProblemError
from theory.problems.problem import Box, Component, Gaussian, MixtureProblem, Point, Training
from theory.problems.problem_file import loads_problem, parse_setting, with_overrides

CLASSES = """
prior = 0.5
[[class0]]
law = "point"
mean = 0
[[class1]]
law = "gaussian"
mean = 0
scale = 1
"""
INSIDE = '[[inside]]\nset = "ball"\ncenter = 0\nradius = 1\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prior=0.2", ("prior", 0.2)),
        ("prior = .5", ("prior", 0.5)),
        ("dim=3", ("dim", 3)),
        ("training.noise=laplace", ("training.noise", "laplace")),
        ('name="a = b"', ("name", "a = b")),
        ("class0.0.mean=[1, 2]", ("class0.0.mean", [1, 2])),
        ("name=1\nprior = 2", ("name", "1\nprior = 2")),
        ("name=true", ("name", True)),
    ],
)
def test_settings_are_parsed_as_toml_values(text: str, expected: tuple[str, object]) -> None:
    key, value = parse_setting(text)
    assert (key, value) == expected
    assert type(value) is type(expected[1])


@pytest.mark.parametrize("text", ["prior", "=1", "prior=", "", " = "])
def test_settings_that_are_no_settings_are_refused(text: str) -> None:
    with pytest.raises(ProblemError, match="expected KEY=VALUE"):
        parse_setting(text)


def test_overrides_change_single_keys() -> None:
    problem = loads_problem("dim = 2" + CLASSES)
    changed = with_overrides(
        problem,
        {
            "prior": 0.2,
            "training.noise": "laplace",
            "class1[0].scale": 2,
            "class1.0.weight": 3,
            "class0.0.mean": [0, 1],
        },
    )
    assert changed == MixtureProblem(
        0.2,
        2,
        (Component(Point((0.0, 1.0))),),
        (Component(Gaussian(0.0, 2.0), 3.0),),
        Training(noise="laplace"),
    )
    assert with_overrides(problem, {}) == problem


def test_overriding_cov_takes_the_place_of_scale_and_back() -> None:
    problem = loads_problem("dim = 2" + CLASSES)
    full = with_overrides(problem, {"class1.0.cov": [[2, 1], [1, 2]]})
    assert full.class1[0].law == Gaussian(0.0, cov=((2.0, 1.0), (1.0, 2.0)))
    assert with_overrides(full, {"class1.0.scale": 1}) == problem
    with pytest.raises(ProblemError, match=r"class1\[0\].scale: found both scale and cov"):
        with_overrides(problem, {"class1[0].cov": [[1]], "class1.0.scale": 1})


def test_overrides_replace_whole_tables_without_touching_the_given_value() -> None:
    part = {"set": "box", "low": 0, "high": 1}
    problem = with_overrides(loads_problem(INSIDE), {"inside.0": part, "inside.0.high": 2})
    assert problem.inside == (Box(0.0, 2.0),)
    assert part["high"] == 1


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"pior": 0.2}, "pior: found an unknown key, expected one of name, dim, training, smoothing, prior"),
        ({"trainin.noise": "laplace"}, "trainin.noise: found 'trainin', expected one of prior, dim, class0, class1"),
        ({"class0.1.mean": 0}, "class0.1.mean: found '1', expected a position from 0 to 0"),
        ({"class0.-1": 0}, "class0.-1: found '-1', expected a position from 0 to 0"),
        ({"class0.mean": 0}, "class0.mean: found 'mean', expected a position from 0 to 0"),
        ({"prior.x": 0}, "prior.x: found a single value at prior, expected a table or list"),
        ({"prior": "high"}, "prior: found 'high', expected a number"),
        ({"class1.0.scale": -1}, "class1[0].scale: found -1.0, expected a positive number"),
        ({"domain.low": 0}, "domain.low: found 'domain', expected one of"),
    ],
)
def test_bad_overrides_are_refused_in_one_line(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        with_overrides(loads_problem(CLASSES), overrides)
    assert str(caught.value).startswith(message)
