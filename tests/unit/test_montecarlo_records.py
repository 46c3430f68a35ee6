"""What intervals say of the counts behind them, who decides a vote, and what happens after a fork."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from simulate.montecarlo import Interval, Level, Record, Sampling, monte_carlo
from simulate.montecarlo.statistics.estimator import IntervalEstimator
from simulate.montecarlo.statistics.intervals import clopper_pearson
from simulate.montecarlo.statistics.limit import limit_of
from simulate.montecarlo.statistics.tally import Tally, failures, majority
from simulate.progress import silent, within
from theory import regimes

SAMPLING, LEVEL = Sampling(400, 3), Level(0.95)


def simulated(problem: object, eps: float = 0.1, votes: int = 21, sampling: Sampling = SAMPLING) -> Record:
    (record,) = monte_carlo(problem, alpha=0.3, beta=0.4, eps=eps, votes=votes, sampling=sampling, level=LEVEL)
    return record


@pytest.mark.parametrize("problem", [regimes.bumps(), regimes.stripes()], ids=["probability", "measure"])
def test_intervals_of_risks_are_those_of_their_counts(problem: object) -> None:
    record = simulated(problem)
    assert record.certified is not None
    for risk in (record.clean, record.certified):
        assert risk.fewest == risk.most is not None
        ends = clopper_pearson(risk.most, risk.samples, LEVEL.confidence)
        assert (risk.low, risk.high) == pytest.approx([risk.volume * end for end in ends], rel=1e-12)
        assert risk.estimate == pytest.approx(risk.volume * risk.most / risk.samples, rel=1e-12)
    assert (record.clean.volume == 1) == (problem == regimes.bumps())
    assert record.gain.volume == record.clean.volume


def test_undecided_points_leave_a_range_of_counts() -> None:
    """Three votes on four samples of class 1: likelier votes, fewest and most, so that one or two fail."""
    tally = Tally.empty(1, 1, 1)
    counts = np.array([[[3, 2, 2, 0]], [[3, 1, 2, 0]], [[3, 2, 3, 1]]])
    tally.add(0, counts, np.ones(4, bool), [], limit_of(3, 0.01, False))
    likely, fewest, most = (int(count) for count in tally.failed[0, 0, :, 0])
    assert (likely, fewest, most) == (1, 1, 2)
    risk = IntervalEstimator(0.05, 0.95).risk((likely, fewest, most), 4, 3.0)
    assert (risk.fewest, risk.most, risk.volume, risk.samples, risk.estimate) == (1, 2, 3.0, 4, 0.75)
    assert risk.low == pytest.approx(3 * clopper_pearson(1, 4, 0.95)[0])
    assert risk.high == pytest.approx(3 * clopper_pearson(2, 4, 0.95)[1])


def uncounted(interval: Interval | None) -> bool:
    return interval is not None and interval.fewest is interval.most is None


def test_what_is_no_single_count_says_so() -> None:
    record = simulated(regimes.bumps())
    assert all(map(uncounted, (record.gain, record.certified_gain, record.limit)))
    spread = simulated(regimes.bumps(), sampling=Sampling(400, 3, "sobol"))
    assert all(map(uncounted, (spread.clean, spread.certified, spread.gain)))
    endless = simulated(regimes.stripes(), eps=3.0, votes=3).certified
    assert endless is not None
    assert endless.low == np.inf
    assert uncounted(endless)


@pytest.mark.parametrize("tie", [True, False])
def test_ties_go_where_they_are_sent(tie: bool) -> None:
    counts = np.array([0, 1, 2, 3, 4])
    assert majority(counts, 4, tie).tolist() == [False, False, tie, True, True]
    assert majority(counts[:4], 3, tie).tolist() == [False, False, True, True]
    labels = np.array([True, False, False, True, False])
    assert failures(counts, labels, 4, None, tie).tolist() == [True, False, tie, False, True]
    coins = np.array([tie, not tie])
    assert majority(np.full((3, 2), 2), 4, coins).tolist() == [[tie, not tie]] * 3


def test_progress_of_a_part() -> None:
    seen: list[float] = []
    part = within(within(seen.append, 0.5, 0.5), 0.5, 0.5)
    part(0.0)
    part(1.0)
    assert seen == [0.75, 1.0]
    silent(0.5)


FORKS = """
import os
from simulate.montecarlo import Sampling, monte_carlo
from theory import regimes

def simulate():
    monte_carlo(regimes.bumps(), alpha=0.0, beta=0.5, votes=1, sampling=Sampling(1, 0))

def in_child():
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        simulate()
    except RuntimeError as error:
        print(error, flush=True)
        os._exit(3)
    os._exit(0)

first = in_child()
simulate()
print(first, in_child())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_is_refused_after_a_run_and_only_then() -> None:
    """A child forked before anything ran may simulate; one forked later would wait for ever, and is told so."""
    words = [sys.executable, "-W", "ignore", "-c", FORKS]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    said, statuses = done.stdout.splitlines()
    assert said.startswith("monte_carlo was called before this process was forked")
    assert "spawn" in said
    assert statuses == "0 3"
