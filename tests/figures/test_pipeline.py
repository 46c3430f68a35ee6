"""The pipeline figure: curves against the theory's own numbers, what it returns, and what it refuses."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.integrate import trapezoid

from figures import pipeline
from figures.densities import blurred, line_of
from tests.figures.test_layout import assert_apart
from theory import Gaussian, Laplace, MixtureProblem, Point, Problem, Training, Uniform, regimes, risk, smooth, train
from theory.problems.problem import Component

ALPHA, BETA = 0.4, 0.7
# Curves of a thousand points: the trapezoidal rule on them, and the tails of the components outside the window.
DRAWN = 5e-3


def mixture(law: object, noise: str = "gaussian", rule: str = "posterior") -> MixtureProblem:
    wide = Component(Gaussian(0.0, 1.5))
    return MixtureProblem(0.4, 1, (wide,), (Component(law),), Training(rule=rule, noise=noise))


PROBLEMS: dict[str, Problem] = {
    "bumps": regimes.bumps(count=3),
    "laplace": mixture(Laplace(0.5, 0.4), "laplace"),
    "uniform": mixture(Uniform(-0.5, 0.7), "uniform"),
    "regression": mixture(Uniform(-0.5, 0.7), "gaussian", "regression"),
    "half-space": regimes.two_gaussians(dim=3),
    "stripes": regimes.stripes(),
    "intervals": regimes.intervals(),
}


def curve(line: Line2D) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


@pytest.mark.parametrize("name", PROBLEMS)
def test_shaded_mass_is_the_risk(name: str) -> None:
    problem = PROBLEMS[name]
    artists = pipeline.draw(problem, ALPHA, BETA)
    for column, alpha in enumerate((0.0, ALPHA)):
        voted = smooth(train(problem, alpha), BETA)
        shaded = 0.0
        for label in (0, 1):
            x, density = curve(artists.lines["errors", column, f"class {label}"])
            wrong = voted.region.contains(x[None, :])[0] == (label == 0)
            shaded += trapezoid(np.where(wrong, density, 0.0), x)
        assert shaded == pytest.approx(risk(problem, voted).value, abs=DRAWN)


@pytest.mark.parametrize("name", PROBLEMS)
def test_base_region_is_where_the_curve_is_above_its_level(name: str) -> None:
    problem = PROBLEMS[name]
    artists = pipeline.draw(problem, ALPHA, BETA)
    for column, alpha in enumerate((0.0, ALPHA)):
        x, signed = curve(artists.lines["base", column, "signed"])
        level = 0.5 if name in ("regression", "stripes", "intervals") else 0.0
        region = train(problem, alpha).region
        clear = np.abs(signed - level) > DRAWN
        assert clear.mean() > 0.3
        assert np.array_equal(region.contains(x[None, :])[0][clear], signed[clear] >= level)


def test_votes_cross_one_half_where_the_smoothed_region_ends() -> None:
    x, vote = curve(pipeline.draw(PROBLEMS["bumps"], ALPHA, BETA).lines["vote", 1, "vote"])
    voted = smooth(train(PROBLEMS["bumps"], ALPHA), BETA)
    ends = np.ravel(voted.intervals)
    assert np.interp(ends, x, vote) == pytest.approx(0.5, abs=1e-9)


def test_blurred_label_function_against_the_vote_of_its_own_region() -> None:
    problem = regimes.stripes()
    x = np.linspace(-2.5, 2.5, 101)
    exact = smooth(train(problem, 0.0), ALPHA).vote(x)
    assert blurred(line_of(train(problem, 0.0)), "gaussian", ALPHA, x) == pytest.approx(exact, abs=DRAWN)


def test_draws_into_given_axes_and_changes_no_setting() -> None:
    before = dict(mpl.rcParams)
    axes = Figure().subplots(4, 2)
    artists = pipeline.draw(PROBLEMS["bumps"], ALPHA, BETA, axes)
    assert artists.axes is axes
    assert artists.legend is None
    values = [risk(PROBLEMS["bumps"], alpha=alpha, beta=BETA).value for alpha in (0.0, ALPHA)]
    expected = [rf"$R({said}, \beta) = {value:.4f}$" for said, value in zip(("0", r"\alpha"), values, strict=True)]
    assert [text.get_text() for text in artists.texts] == expected
    titles = [[panel.get_title() for panel in row] for row in axes]
    assert titles[0] == [r"training, $\alpha = 0$", rf"training, $\alpha = {ALPHA}$"]
    assert titles[2] == [rf"smoothing, $\beta = {BETA}$"] * 2
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize(("unit", "place"), [(1e-6, 0.0), (1e6, 0.0), (1.0, 1e6), (1e-3, 7.0)])
def test_other_units_and_places_fit_in(unit: float, place: float, columns: int) -> None:
    bumps = tuple(Component(Gaussian(place + 2 * k * unit, 0.3 * unit)) for k in (-1, 0, 1))
    problem = MixtureProblem(0.5, 1, (Component(Gaussian(place, 2 * unit)),), bumps)
    artists = pipeline.draw(problem, ALPHA * unit, BETA * unit, columns=columns)
    assert_apart(artists.figure, [*artists.axes.flat, artists.legend])
    for panel in artists.axes.flat:
        assert not panel.xaxis.offsetText.get_visible()
        assert not panel.yaxis.offsetText.get_visible()
    shared = {1e-6: "1e\N{MINUS SIGN}6", 1e6: "1e6", 1.0: "+1e6"}
    label = artists.axes[3, 0].get_xlabel()
    assert label == (f"$x$ ({shared[unit]})" if unit in shared else "$x$")


def test_zero_noises_are_drawn() -> None:
    pipeline.draw(PROBLEMS["uniform"], 0.0, 0.0).figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("problem", "words"),
    [(regimes.concentric(), "radial"), (mixture(Point(0.0)), "point mass")],
    ids=["radial", "point"],
)
def test_what_cannot_be_drawn_is_refused(problem: Problem, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        pipeline.draw(problem, ALPHA, BETA)


def test_axes_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(4, 2\)"):
        pipeline.draw(PROBLEMS["bumps"], ALPHA, BETA, Figure().subplots(2, 2))
