"""Proofs on a sweep: the sign of the gain in every cell, decided by ball arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulate.progress import Progress
from simulate.sweep.axes import Axis, Family, sampled
from simulate.sweep.lost import with_lost
from simulate.work.part import PartFile
from simulate.work.pieces import Crew, Lost, finished
from theory.problems.noises import NOISES
from theory.problems.problem_file import dumps_problem
from theory.proof import NoProof, Prover
from theory.proof.prover import MOST_BITS

# Cells that one worker proves at a time: seconds of work.
CELLS_AT_ONCE = 64
# Provers, with the regions they have found, that a worker keeps.
MOST_PROVERS = 4

VERDICTS = ("undecided", "help", "hurt", "neutral", "none")
# What is known of a cell, in this order.
FIELDS = ("verdict", "low", "high", "bits")


@dataclass(frozen=True)
class ProofCells:
    """Cells of one problem: values of its keys, noises (n,) each, and flat positions. It can be pickled."""

    family: Family
    values: dict[str, Any]
    noises: tuple[NDArray[np.float64], ...]
    at: NDArray[np.intp]
    most_bits: int


def add_proofs(
    dataset: xr.Dataset,
    family: Family,
    x: Axis,
    y: Axis,
    executor: Executor | None = None,
    progress: Progress | None = None,
    most_bits: int = MOST_BITS,
    kept: PartFile | None = None,
) -> xr.Dataset:
    """The dataset with a proved verdict in every cell, and labels that say no more than is proved.

    proof: help, hurt, neutral (the two classifiers are the same, by argument), undecided, or none (no proof exists for
    the problem). proof_low, proof_high: an enclosure of the gain. proof_bits: the working precision that settled it.
    label becomes proved-help, proved-hurt, proved-neutral or undecided; "constant" stays, with its verdict in proof.

    Raises:
        NoProof: no cell has a proof; the message says why.
    """
    if sampled(dataset, family, x, y):
        raise NoProof("limits of n, d -> inf are not proved")
    size = x.count * y.count
    table = np.full((len(FIELDS), size), np.nan)
    reasons: dict[str, None] = {}
    lost: dict[str, None] = {}
    done = 0
    stage = f"proofs of {most_bits} bits"
    for cells, made in finished(stage, _work(dataset, family, x, y, most_bits), prove, Crew(executor, kept)):
        if isinstance(made, Lost):
            lost[made.reason] = None
            table[:, cells.at] = _none(len(cells.at), "undecided")
        else:
            table[:, cells.at], why = made
            reasons |= dict.fromkeys(why)
        done += len(cells.at)
        if progress is not None:
            progress(done / size)
    verdict = np.array(VERDICTS)[table[0].astype(int)]
    if (verdict == "none").all():
        raise NoProof(min(reasons))
    dataset = with_lost(dataset, lost)
    return _with(dataset, (y.key, x.key), verdict.reshape(y.count, x.count), table.reshape(-1, y.count, x.count))


def _with(dataset: xr.Dataset, dims: tuple[str, str], verdict: NDArray[np.str_], table: NDArray[Any]) -> xr.Dataset:
    labels = dataset["label"].to_numpy().astype(str)
    proved = np.where(np.isin(verdict, ("undecided", "none")), "undecided", np.char.add("proved-", verdict))
    unit = dataset["gain"].attrs["units"]
    return dataset.assign(
        label=(dims, np.where(labels == "constant", labels, proved), dataset["label"].attrs),
        proof=(dims, verdict, {"units": "1", "long_name": "what is proved of the gain"}),
        proof_low=(dims, table[1], {"units": unit, "long_name": "low end of the gain's enclosure"}),
        proof_high=(dims, table[2], {"units": unit, "long_name": "high end of the gain's enclosure"}),
        proof_bits=(dims, table[3].astype(np.int32), {"units": "1", "long_name": "working precision of the proof"}),
    )


def _work(dataset: xr.Dataset, family: Family, x: Axis, y: Axis, most_bits: int) -> Iterator[ProofCells]:
    """Cells that share a problem, in blocks of neighbouring training noises: each is trained for once in a block."""
    grids = dict(zip((y.key, x.key), np.meshgrid(y.values, x.values, indexing="ij"), strict=True))
    moving = [axis for axis in (x, y) if not family.asks(axis.key)]
    order = np.lexsort([grids.get("alpha", grids[x.key]).ravel(), *(grids[axis.key].ravel() for axis in moving)])
    problems = np.stack([grids[axis.key].ravel()[order] for axis in moving]) if moving else np.zeros((1, len(order)))
    starts = np.flatnonzero(np.any(np.diff(problems, axis=1) != 0, axis=0)) + 1
    for block in np.split(order, starts):
        for start in range(0, len(block), CELLS_AT_ONCE):
            at = block[start : start + CELLS_AT_ONCE]
            noises = tuple(
                grids[k].ravel()[at] if k in grids else np.full(len(at), float(dataset.attrs[k])) for k in NOISES
            )
            values = {axis.key: float(grids[axis.key].ravel()[at[0]]) for axis in moving}
            yield ProofCells(family, values, noises, at, most_bits)


Rows = tuple[NDArray[np.float64], list[str]]


_provers: dict[tuple[str, float], Prover] = {}


def prove(cells: ProofCells) -> Rows:
    """FIELDS (4, n) of some cells, and the reasons why some have no proof."""
    eps = float(cells.noises[NOISES.index("eps")].max())
    try:
        prover = _prover(cells.family, cells.values, eps)
    except NoProof as error:
        return _none(len(cells.at)), [str(error)]
    rows, reasons = [], []
    for alpha, beta, radius in zip(*(cells.noises[NOISES.index(k)] for k in ("alpha", "beta", "eps")), strict=True):
        try:
            found = prover.gain(float(alpha), float(beta), float(radius), most_bits=cells.most_bits)
        except NoProof as error:
            reasons.append(str(error))
            rows.append(_none(1)[:, 0])
            continue
        value, error_ = float(found.gain.value), float(found.gain.error)
        ends = np.nextafter([value - error_, value + error_], [-np.inf, np.inf])
        ends = ends if error_ > 0 else np.array([value, value])
        rows.append(np.array([VERDICTS.index(found.verdict), *ends, found.bits]))
    return np.stack(rows, axis=1), list(dict.fromkeys(reasons))


def _none(count: int, verdict: str = "none") -> NDArray[np.float64]:
    return np.tile([[float(VERDICTS.index(verdict))], [np.nan], [np.nan], [0.0]], (1, count))


def _prover(family: Family, values: Mapping[str, Any], eps: float) -> Prover:
    problem = family.at(values)
    key = (dumps_problem(problem), eps)
    if key not in _provers:
        if len(_provers) >= MOST_PROVERS:
            _provers.clear()
        _provers[key] = Prover(problem, eps)
    return _provers[key]
