"""The picture of the plane: outlines and errors against the theory's own numbers, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from figures import plane
from figures.plane_fields import fields
from theory import Box, DomainProblem, Problem, Training, Uniform, bayes_risk, regimes, risk, smooth, train
from theory.problems.problem import Component, MixtureProblem

DISCS = regimes.discs(side=40, radius=8, seed=1)
BOXES = DomainProblem(2, (Box((0, 0), (2, 1)), Box((3, 1), (4, 4))), training=Training(rule="regression"), name="boxes")
CASES: dict[str, tuple[Problem, float, float]] = {
    "mixture": (regimes.anisotropic(), 1.0, 1.5),
    "discs": (DISCS, 3.0, 5.0),
    "boxes": (BOXES, 0.4, 0.5),
    "shells": (regimes.concentric(), 0.3, 0.4),
}


@pytest.mark.parametrize("name", CASES)
def test_outlines_are_where_decisions_change(name: str) -> None:
    problem, alpha, beta = CASES[name]
    artists = plane.draw(problem, alpha, beta)
    assert set(artists.outlines) == {"truth", "base", "smoothed 0", "smoothed 1"}
    for column, noise in enumerate((0.0, alpha)):
        points = artists.outlines[f"smoothed {column}"].get_paths()[0].vertices
        votes = smooth(train(problem, noise), beta).vote(points)
        assert np.abs(votes - 0.5).max() < 5e-3
    assert bool(artists.data) is isinstance(problem, MixtureProblem)


@pytest.mark.parametrize("name", CASES)
def test_base_region_is_where_the_field_is_positive(name: str) -> None:
    problem, alpha, beta = CASES[name]
    held = fields(problem, alpha, beta)
    points = np.stack(np.meshgrid(held["x"], held["y"]), axis=-1).reshape(-1, 2)
    for key, noise in (("truth", 0.0), ("signed", alpha)):
        values = held[key].to_numpy().ravel()
        clear = np.abs(values) > 1e-4 * np.abs(values).max()
        assert clear.mean() > 0.4
        assert np.array_equal(train(problem, noise)(points)[clear], values[clear] > 0)


def test_shaded_area_is_the_risk_of_discs() -> None:
    held = fields(DISCS, 3.0, 5.0)
    for column in (0, 1):
        wrong = (held["vote"][column] >= 0.5) != (held["truth"] >= 0)
        assert float(wrong.mean()) == pytest.approx(float(held["risk"][column]), abs=5e-3)


def test_shaded_mass_is_the_excess_over_the_bayes_risk() -> None:
    problem = regimes.anisotropic()
    held = fields(problem, 0.0, 1.5)
    wrong = (held["vote"][0] >= 0.5) != (held["truth"] >= 0)
    cell = float(held["x"].diff("x")[0] * held["y"].diff("y")[0])
    excess = float((np.abs(held["truth"]) * wrong).sum()) * cell
    assert excess == pytest.approx(risk(problem, beta=1.5).value - bayes_risk(problem).value, rel=0.1)


def test_titles_hold_the_risks_and_the_gain() -> None:
    texts = [title.get_text() for title in plane.draw(DISCS, 3.0, 5.0).titles]
    assert "R(0, 5) = 0.3567" in texts[1]
    assert "R(3, 5) = 0.3815" in texts[2]
    assert "gain $-0.0248" in texts[2]


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.0), (3.0, 40.0)], ids=["no noise", "constant"])
def test_what_decides_nothing_or_everything_is_drawn(alpha: float, beta: float) -> None:
    plane.draw(DISCS, alpha, beta).figure.draw_without_rendering()


def test_draws_into_given_axes_and_changes_no_setting(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    axes = Figure().subplots(1, 3)
    artists = plane.draw(regimes.anisotropic(), 1.0, 1.5, axes)
    assert artists.axes == tuple(axes)
    assert artists.legend is None
    for name in ("one", "two"):
        plane.save(regimes.anisotropic(), 1.0, 1.5, tmp_path / f"{name}.pdf")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert dict(mpl.rcParams) == before


FLAT = MixtureProblem(
    0.5, 2, (Component(Uniform((0.0, 0.0), (1.0, 1.0))),), (Component(Uniform((0.0, 0.0), (2.0, 1.0))),)
)


@pytest.mark.parametrize(
    ("problem", "words"), [(regimes.bumps(), "expected 2"), (FLAT, "uniform")], ids=["line", "uniform"]
)
def test_what_cannot_be_drawn_is_refused(problem: Problem, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        plane.draw(problem, 0.5, 0.5)


def test_other_than_three_axes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 3"):
        plane.draw(regimes.anisotropic(), 1.0, 1.5, Figure().subplots(1, 2))
