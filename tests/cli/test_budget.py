"""The error budget on the command line: `law --samples --votes --figure`, and `mc --parzen` beside what it predicts."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, without_progress
from theory import regimes, vote_risk
from theory.risks.budget import error_budget
from theory.risks.parzen import parzen_excess

Records = Callable[..., Any]
PAIR = ("two-gaussians", "--set", "dim=1", "--set", "prior=0.3")
PLANE = ("concentric", "--set", "dim=2")
CONCENTRIC = regimes.concentric(dim=2)


def test_law_gives_the_budget_of_every_number_of_samples_and_votes(records: Records) -> None:
    found = records(
        "law", *PLANE, "--beta", "0.3", "--steps", "1", "--samples", "1000", "10000", "--votes", "11", "101"
    )
    assert {"ratio", "curvature_diffusion", "diffusion_diffusion", "bayes_risk", "table"} < set(found)
    assert [(row["samples"], row["votes"]) for row in found["budget"]] == [
        (n, votes) for n in (1000, 10_000) for votes in (11, 101)
    ]
    budget = error_budget(CONCENTRIC)
    for row in found["budget"]:
        spent = budget.spending(0.3, row["samples"], row["votes"])
        assert row["alpha"] == spent.alpha == budget.best_alpha(0.3, row["samples"])
        for name in ("training", "smoothing", "bias", "sampling", "voting", "total"):
            assert row[name] == getattr(spent, name)
        exact = vote_risk(CONCENTRIC, row["alpha"], 0.3, row["votes"]).value - found["bayes_risk"]["value"]
        assert row["exact"] == pytest.approx(exact, abs=1e-14)
        assert row["normal"] is None


def test_without_samples_and_votes_there_is_no_budget(records: Records) -> None:
    assert "budget" not in records("law", *PLANE, "--steps", "1")
    (row,) = records("law", *PLANE, "--steps", "1", "--beta", "0.3", "--votes", "11")["budget"]
    assert row["samples"] is None  # infinitely many
    assert row["sampling"] == 0
    assert row["alpha"] == pytest.approx(0.3 * error_budget(CONCENTRIC).boundary.ratio)


def test_on_the_line_the_central_limit_theorem_has_a_word_of_its_own(records: Records, call: Run) -> None:
    (row,) = records("law", *PAIR, "--steps", "1", "--samples", "500")["budget"]
    assert row["votes"] is None
    assert row["normal"]["alpha"] == pytest.approx(0.363261, abs=1e-6)
    said = call("law", *PAIR, "--steps", "1", "--samples", "500").stdout
    assert "normal: best alpha" in said
    assert "0.363261" in said


def test_a_straight_boundary_has_no_best_noise_and_the_document_stays_strict(records: Records) -> None:
    (row,) = records("law", "two-gaussians", "--set", "dim=1", "--steps", "1", "--samples", "100")["budget"]
    assert row["alpha"] is None
    assert row["exact"] is None
    assert row["total"] == 0


def test_the_budget_is_drawn(call: Run, tmp_path: Path) -> None:
    asked = ("law", *PLANE, "--steps", "1", "--beta", "0.3", "--samples", "1000", "20000", "--votes", "11")
    done = call(*asked, "--figure", "budget.svg")
    assert done.returncode == 0
    assert "wrote budget.svg" in done.stderr
    assert (tmp_path / "budget.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("law", *PLANE, "--samples", "0"), 2, "samples: found 0, expected a whole number of at least 1"),
        (("law", *PLANE, "--votes", "-3"), 2, "votes: found -3"),
        (("law", *PLANE, "--figure", "a.png"), 2, "--samples n..."),
        (("law", *PLANE, "--samples", "9", "--figure", "a.gif"), 2, "a.gif"),
        (("law", *PLANE, "--samples", "9", "--votes", "1", "3", "--figure", "a.png"), 2, "one number of votes"),
        (("law", "two-gaussians", "--samples", "9", "--set", "dim=2"), 3, "--parzen --samples 9"),
        (("law", "stripes", "--samples", "9"), 3, "posterior rule"),
        (("mc", *PLANE, "--parzen", "--alpha", "0", "--beta", "0.1"), 2, "a positive scale of the kernel"),
        (("mc", *PLANE, "--parzen", "--alpha", "1", "--beta", "0.1", "--samples", "0"), 2, "samples: found 0"),
        (("mc", *PLANE, "--parzen", "--alpha", "1", "--beta", "0.1", "--votes", "0"), 2, "votes: found 0"),
        (("mc", *PLANE, "--parzen", "--alpha", "1", "--beta", "0.1", "--draws", "1"), 2, "draws: found 1"),
        (("mc", *PLANE, "--parzen", "--alpha", "1", "--beta", "0.1", "--eps", "0.2"), 2, "--eps has no meaning"),
        (("mc", "stripes", "--parzen", "--alpha", "1", "--beta", "0.1"), 3, "mixtures of two classes"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(call: Run, words: tuple[str, ...], status: int, said: str) -> None:
    refused = call(*words)
    (line,) = without_progress(refused.stderr)
    assert refused.returncode == status
    assert said in line
    assert not refused.stdout


def test_the_parzen_rule_is_simulated_beside_the_laws(records: Records, call: Run) -> None:
    asked = ("mc", *PAIR, "--parzen", "--samples", "100", "--alpha", "0.5", "--beta", "0", "0.2", "--votes", "3")
    still, voted = records(*asked, "--draws", "4", "--seed", "2")
    problem = regimes.two_gaussians(dim=1, prior=0.3)
    for record, beta in ((still, 0.0), (voted, 0.2)):
        assert (record["alpha"], record["beta"], record["samples"], record["votes"]) == (0.5, beta, 100, 3)
        assert record["law"] == error_budget(problem).total(0.5, beta, 100, 3)
        for quantity in (record["clean"], record["excess"]):
            assert quantity["low"] <= quantity["estimate"] <= quantity["high"]
            assert quantity["draws"] == 4
    assert still["normal"]["excess"] == pytest.approx(float(parzen_excess(problem, 0.5, 100).value))
    assert voted["normal"] is None
    assert math.isclose(still["clean"]["confidence"], 0.99)
    assert "4 training sets of 100 samples, 3 votes" in call(*asked, "--draws", "4", "--seed", "2").stdout
