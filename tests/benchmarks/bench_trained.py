"""What a training set of many samples costs: time of a draw, and memory beyond that of a small one."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.benchmarks.timing import sized

DIM, RATIO, DRAWS = sized(2000, 20), 2.0, 2
CASES = [("lda", None), ("lda", 5), ("logistic", None)]
SCRIPT = """
import json, resource, sys, time
from dataclasses import replace
from simulate.trained import TrainingSets, train_on_samples
from theory import Training, regimes

rule, copies, dim, ratio, draws = json.loads(sys.argv[1])

def work(dim):
    problem = replace(regimes.two_gaussians(dim, 3.0), training=Training(rule, copies=copies))
    train_on_samples(problem, alpha=0.6, beta=0.5, ratio=ratio, sets=TrainingSets(draws, 0))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

before, start = work(4), time.perf_counter()
peak = work(dim)
print(json.dumps([(time.perf_counter() - start) / draws, peak - before]))
"""


@pytest.mark.parametrize(("rule", "copies"), CASES)
def test_training_set(rule: str, copies: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    asked = json.dumps([rule, copies, DIM, RATIO, DRAWS])
    # Threads of the linear algebra that wait for each other cost more than they give where cores are shared.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, asked], env=environment, capture_output=True, text=True, check=True
    )
    seconds, memory = json.loads(run.stdout)
    with capsys.disabled():
        print(
            f"\n  {rule}, {copies or 'infinitely many'} copies, {RATIO * DIM:g} samples, {DIM} dimensions, two noises:"
        )
        print(f"    {seconds:.2f} s a training set with compiling, {memory:.0f} MiB")
