"""Tables and text: the numbers of the object, escaped and cut where they would be too many."""

from __future__ import annotations

import math
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.unit.pages import mixture, read
from theory import Estimate, clean_risk, regimes, smooth, train
from theory.display import html, text
from theory.displayed import Displayed
from theory.geometry.region import Region
from theory.problems import problem as described
from theory.problems.problem import (
    Component,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
)


def test_components_are_listed_with_numbers_weights_and_shares() -> None:
    problem = mixture([Component(Gaussian(-1.5, 0.5))], [Component(Laplace(2.0, 0.1), 1.0), Component(Point(3.0), 3.0)])
    rows = read(html(problem)).rows
    assert ["P(Y = 1)", "0.25"] in rows
    assert ["1", "Laplace", "mean 2, scale 0.1", "1", "0.25"] in rows
    assert ["1", "Point", "at 3", "3", "0.75"] in rows
    assert ["0", "Gaussian", "mean -1.5, scale 0.5", "1", "1"] in rows
    for words in ("two classes in 1 dimension", "mean -1.5, scale 0.5", "posterior rule, gaussian noise"):
        assert words in str(problem)


def test_names_are_escaped_and_stay_on_one_line() -> None:
    name = "a <b>&amp; 'q' \"\n\x7f\x9b[31m"
    problem = MixtureProblem(0.5, 1, (Component(Point(0.0)),), (Component(Point(1.0)),), name=name)
    page = html(problem)
    assert "<b>" not in page
    assert any("a <b>&amp; 'q' \"\\n\\x7f\\x9b[31m" in words for words in read(page).words)
    assert str(problem).splitlines()[0].startswith("a <b>&amp; 'q'")
    assert "\x9b" not in str(problem)


def test_repr_still_rebuilds_a_problem() -> None:
    """So that what a failing property test prints can be run; IPython takes the text from elsewhere."""
    problem = regimes.bumps()
    assert eval(repr(problem), vars(described)) == problem
    assert problem._repr_mimebundle_()["text/plain"] == str(problem) == text(problem)
    assert not hasattr(Displayed, "_repr_pretty_")


def test_regions_show_intervals_and_errors() -> None:
    region = Region(np.array([[-1.25, 0.5, 2.0]]), np.array([True]), np.array([[1e-3, 2e-9, 0.0]]))
    assert "x in (-inf, -1.25] u [0.5, 2]" in str(region)
    rows = read(html(region)).rows
    assert ["-1.250", "1e-03"] in rows
    assert ["0.500000000", "2e-09"] in rows
    assert ["2", "0"] in rows


@pytest.mark.parametrize(("first", "word"), [(True, "everywhere"), (False, "nowhere")])
def test_constant_regions(first: bool, word: str) -> None:
    region = Region(np.empty((1, 0)), np.array([first]), np.empty((1, 0)))
    assert word in str(region)
    assert word in "".join(read(html(region)).words)


def test_many_rows_and_many_boundaries_are_cut() -> None:
    """No more is written than can be read, and it says how much is missing."""
    ends = np.tile(np.arange(400.0), (300, 1))
    region = Region(ends, np.zeros(300, bool), np.zeros_like(ends))
    shown = str(region)
    assert "... and 288 more" in shown
    assert "(194 more)" in shown
    assert len(html(region)) < 400_000
    assert "... and 388 more" in str(region.take(np.array([0])))


def test_points_of_a_region_have_their_own_class() -> None:
    marks = (np.array([3.0]), np.array([[True]]))
    region = Region(np.array([[1.0]]), np.array([True]), np.zeros((1, 1)), marks)
    assert "3 in class 1" in str(region)


def test_classifiers_show_their_noises_and_boundaries() -> None:
    voted = smooth(train(regimes.bumps(), 0.25), 0.4)
    shown = str(voted)
    for words in ("smoothed classifier of bumps", "0.25", "0.4", "line"):
        assert words in shown
    cells = [row[0] for row in read(html(voted)).rows]
    for low, high in voted.intervals:
        for end in (low, high):
            assert any(re.fullmatch(r"-?\d+\.\d+", c) and abs(float(c) - end) < 1e-12 for c in cells)


def test_shells_are_radii_about_a_centre() -> None:
    classifier = train(regimes.two_scales(dim=3), 0.2)
    (inner, _outer), center = classifier.intervals[0], classifier.center
    assert center is not None
    assert f"distance in [{inner:.6g}, inf)" in str(classifier)
    assert f"({center[0]:.6g}, 0, 0)" in str(classifier)


def test_far_centres_leave_digits_to_the_coordinate() -> None:
    region = Region(np.array([[0.125]]), np.array([True]), np.zeros((1, 1)), None, np.array([1e15]))
    assert "distance - 1e+15" in str(region) or "distance - 1000000000000000" in str(region)
    assert ["0.125", "0"] in read(html(region)).rows


def test_estimates_show_digits_that_the_error_allows() -> None:
    assert "<strong>0.312820</strong> \u00b1 3e-06 (line)" in html(Estimate(0.31282012, 2.1e-6, "line"))
    assert "not defined" in html(Estimate(math.nan, math.nan, "line"))
    assert "\u00b1 unknown" in html(Estimate(0.25, math.nan, "plane"))
    assert str(Estimate(0.5, 1e-3, "line")) == repr(Estimate(0.5, 1e-3, "line"))


def test_arrays_of_estimates() -> None:
    betas = np.linspace(0.0, 1.0, 5)
    found = clean_risk(regimes.bumps(), 0.3, betas)
    rows = read(html(found)).rows[1:]
    values = [float(row[1]) for row in rows]
    assert values == pytest.approx(np.asarray(found.value).tolist(), abs=1e-12)
    grid = Estimate(np.array([[0.25, np.nan]]), np.array([[1e-3, np.nan]]), "line")
    assert read(html(grid)).rows == [["0.250 \u00b1 1e-03", "not defined"]]
    large = Estimate(np.linspace(0, 1, 10_000).reshape(100, 100), np.full((100, 100), 2e-9), "line")
    page = html(large)
    assert len(page) < 2000
    assert ["largest error", "2e-09"] in read(page).rows
    read(html(Estimate(np.empty((0, 3)), np.empty((0, 3)), "line")))


def test_descriptions_do_not_import_the_display() -> None:
    """Importing `theory` stays cheap: the display comes with the first use."""
    code = "import sys, theory.problems.problem, theory.problems.regimes; sys.exit('theory.display' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
