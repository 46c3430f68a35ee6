"""Problem files: writing and reading is the identity, and whatever cannot be read is refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.errors import ProblemError
from theory.problems.document import from_document, to_document
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
    Problem,
    Smoothing,
    Training,
    Uniform,
)
from theory.problems.problem_file import dumps_problem, load_problem, loads_problem, save_problem

# The machine is shared and slow at times; what is tested here is not speed.
quietly = settings(deadline=None)

anything = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1e-300, 0.1, -0.0, 1e16, 5e-324])
above_zero = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
near = st.floats(-1e3, 1e3)
width = st.floats(1e-3, 1e3)
# Control characters are refused.
printable = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
names = st.none() | st.text(printable) | st.sampled_from(['"', "'''", 'a"""b', "\\", "ζ 🎲", "# no = 1"])


def per_axis(numbers: st.SearchStrategy[float], dim: int) -> st.SearchStrategy[Any]:
    return numbers | st.lists(numbers, min_size=dim, max_size=dim)


@st.composite
def covariances(draw: st.DrawFn, dim: int) -> np.ndarray:
    root = np.array(draw(st.lists(near, min_size=dim * dim, max_size=dim * dim))).reshape(dim, dim)
    return root @ root.T + (1 + np.abs(root).max()) ** 2 * np.eye(dim)


@st.composite
def boxes(draw: st.DrawFn, kind: Any, dim: int) -> Any:
    low = draw(per_axis(near, dim))
    return kind(low, (np.asarray(low) + draw(width)).tolist())


def laws(dim: int) -> st.SearchStrategy[Any]:
    mean, scale = per_axis(anything, dim), per_axis(above_zero, dim)
    return st.one_of(
        st.builds(Gaussian, mean, scale),
        st.builds(Gaussian, mean, cov=covariances(dim)),
        st.builds(Laplace, mean, scale),
        st.builds(Ball, mean, above_zero),
        st.builds(Point, mean),
        boxes(Uniform, dim),
    )


noises = st.sampled_from(["gaussian", "laplace", "uniform"])
smoothings = st.builds(Smoothing, noises)
trainings = st.builds(
    Training, st.sampled_from(["posterior", "regression"]), noises, st.sampled_from(["nearest", "class0", "class1"])
)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    dim = draw(st.integers(1, 3))
    common = {"dim": dim, "training": draw(trainings), "smoothing": draw(smoothings), "name": draw(names)}
    if draw(st.booleans()):
        parts = st.lists(st.builds(Component, laws(dim), above_zero), min_size=1, max_size=3)
        prior = draw(st.floats(0, 1, exclude_min=True, exclude_max=True))
        return MixtureProblem(prior=prior, class0=draw(parts), class1=draw(parts), **common)
    sets = st.builds(Ball, per_axis(near, dim), width) | boxes(Box, dim)
    inside = draw(st.lists(sets, min_size=1, max_size=3))
    bounds = draw(st.sampled_from([{}, {"low": -4000, "high": [4000] * dim}]))
    return DomainProblem(inside=inside, **bounds, **common)


@quietly
@given(problems())
def test_write_then_read_is_the_identity(problem: Problem) -> None:
    again = loads_problem(dumps_problem(problem))
    assert again == problem
    assert repr(again) == repr(problem)  # tells 0.0 from -0.0


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@quietly
@given(problems(), st.data())
def test_a_spoilt_document_is_read_or_refused_in_one_line(problem: Problem, data: st.DataObject) -> None:
    document = to_document(problem)
    holder, key = document, data.draw(st.sampled_from(sorted(document)))
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    if data.draw(st.booleans()):
        holder[key] = data.draw(junk)
    else:
        del holder[key]
    try:
        assert isinstance(from_document(document), Problem)
    except ProblemError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right


@quietly
@given(st.text())
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        loads_problem(text, "a\nb.toml")
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith("a\\nb.toml: ")


def test_file_and_constructors_build_the_same_description(tmp_path: Path) -> None:
    path = tmp_path / "bumps.toml"
    path.write_text(
        """
        name = "two bumps"
        prior = 0.25
        class0 = [{law = "gaussian", mean = [0, 1], cov = [[2, 1], [1, 2]]}]
        [[class1]]
        law = "uniform"
        weight = 2
        low = -1
        high = [1, 2]
        [training]
        noise = "laplace"
        """
    )
    assert load_problem(path) == MixtureProblem(
        prior=0.25,
        dim=2,
        class0=(Component(Gaussian((0.0, 1.0), cov=((2.0, 1.0), (1.0, 2.0)))),),
        class1=(Component(Uniform(-1.0, (1.0, 2.0)), 2.0),),
        training=Training(noise="laplace"),
        name="two bumps",
    )


def test_domain_table_left_out_is_an_infinite_background() -> None:
    sets = '[[inside]]\nset = "ball"\ncenter = [3, 4]\nradius = 1\n'
    assert loads_problem(sets) == DomainProblem(2, (Ball((3.0, 4.0), 1.0),))
    assert loads_problem(sets + "[domain]\nlow = 0\nhigh = 9\n") == DomainProblem(2, (Ball((3.0, 4.0), 1.0),), 0.0, 9.0)


def test_save_is_atomic_and_reads_back(tmp_path: Path) -> None:
    problem = DomainProblem(2, (Ball((3.0, 4.0), 1.0),), name='quotes " and ζ')
    save_problem(problem, tmp_path / "p.toml")
    assert load_problem(str(tmp_path / "p.toml")) == problem
    assert [path.name for path in tmp_path.iterdir()] == ["p.toml"]
