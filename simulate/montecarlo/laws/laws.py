"""The laws of a mixture problem as stacked arrays: equal laws of the two classes merged, each kept in signed form.

Host side (NumPy). Merging matters: where both classes contain the same background its two densities cancel exactly,
and the sign that is left must not be rounding noise.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.laws.balls import BallTables
from simulate.montecarlo.laws.levels import AxisLaws, Flat, level_of
from theory.errors import UnsupportedError
from theory.problems.problem import Ball, Gaussian, Laplace, Law, MixtureProblem, Point, Uniform, as_vector
from theory.problems.typed import typed


class LawGroup(NamedTuple):
    """K laws of one kind. `rotation` (K, d, d) has the principal axes as columns; `scale` then belongs to those."""

    center: Numbers  # (K, d)
    scale: Numbers  # (K, d): standard deviation, diversity or half-width; 0 for a point; (K, 1), the radius, of balls
    log_mass: Numbers  # (K,)
    rotation: Numbers | None = None
    tables: BallTables | None = None  # of balls, where there is Gaussian training noise


class Boxes(NamedTuple):
    """A union of K closed boxes."""

    low: Numbers  # (K, d)
    high: Numbers  # (K, d)


class Balls(NamedTuple):
    """A union of K closed balls."""

    center: Numbers  # (K, d)
    radius: Numbers  # (K,)


class Sets(NamedTuple):
    """A union of closed boxes and balls, cut off at the edge of `frame`, one box, where there is one."""

    boxes: Boxes
    balls: Balls
    frame: Boxes | None = None


LabelledRegion = Boxes | Sets


class Signed(NamedTuple):
    """The signed density prior q1 - (1 - prior) q0 = positive - negative, and what decides where it is no number.

    `atoms0`, `atoms1` (K, d) are the point masses won by each class, for alpha = 0. `support0`, `support1` are the
    supports of the two classes where all of them are bounded, else None. `level` are the laws along the one axis on
    which they differ, for the places where plateaus cancel; None where they differ on more.
    """

    positive: dict[str, LawGroup]
    negative: dict[str, LawGroup]
    atoms0: Numbers
    atoms1: Numbers
    support0: LabelledRegion | None
    support1: LabelledRegion | None
    level: AxisLaws | None = None


class MixtureSource(NamedTuple):
    """What (X, Y) is drawn from: the laws of each kind, and the running mass of (class, law) pairs, class 0 first."""

    laws: dict[str, LawGroup]
    cumulative: Numbers  # (2 K,), laws in the order of `laws`


class Entry(NamedTuple):
    kind: str
    center: np.ndarray
    scale: np.ndarray
    rotation: np.ndarray | None
    mass: list[Fraction]  # of class 0 and class 1, as typed


def _shape(law: Law, dim: int) -> tuple[str, np.ndarray, np.ndarray, np.ndarray | None]:
    """Kind, centre, scale and rotation of one law."""
    if isinstance(law, Ball):
        return "uniform" if dim == 1 else "ball", as_vector(law.center, dim), np.array([law.radius]), None
    if isinstance(law, Uniform):
        low, high = as_vector(law.low, dim), as_vector(law.high, dim)
        return "uniform", low / 2 + high / 2, high / 2 - low / 2, None
    mean = as_vector(law.mean, dim)
    if isinstance(law, Point):
        return "point", mean, np.zeros(dim), None
    if isinstance(law, Laplace):
        return "laplace", mean, as_vector(law.scale, dim), None
    if law.cov is None:
        assert law.scale is not None  # the description holds exactly one of the two
        return "gaussian", mean, as_vector(law.scale, dim), None
    return _covariant(law, mean, dim)


def _covariant(law: Gaussian, mean: np.ndarray, dim: int) -> tuple[str, np.ndarray, np.ndarray, np.ndarray | None]:
    cov = np.array(law.cov, dtype=float)
    if cov.shape != (dim, dim):
        raise UnsupportedError(f"a covariance of shape {cov.shape} in dimension {dim}")
    if not (cov - np.diag(cov.diagonal())).any():
        return "gaussian", mean, np.sqrt(cov.diagonal()), None
    variances, axes = np.linalg.eigh(cov)
    if variances[0] <= 0:
        raise UnsupportedError("a covariance that is singular in double precision; scale its axes alike")
    return "rotated", mean, np.sqrt(variances), axes


def merged(problem: MixtureProblem) -> list[Entry]:
    """Distinct laws with their joint mass in each class, sorted by kind."""
    entries: dict[tuple[str, bytes, bytes, bytes], Entry] = {}
    masses = (1 - typed(problem.prior), typed(problem.prior))
    for label, components in enumerate((problem.class0, problem.class1)):
        total = sum(typed(component.weight) for component in components)
        for component in components:
            kind, center, scale, rotation = _shape(component.law, problem.dim)
            center = center + 0.0  # -0.0 and 0.0 are the same place
            key = (kind, center.tobytes(), scale.tobytes(), b"" if rotation is None else rotation.tobytes())
            entry = entries.setdefault(key, Entry(kind, center, scale, rotation, [Fraction(0), Fraction(0)]))
            entry.mass[label] += masses[label] * typed(component.weight) / total
    return sorted(entries.values(), key=lambda entry: entry.kind)


def parts_of(entries: list[Entry], masses: list[Fraction]) -> dict[str, LawGroup]:
    """The entries of each kind stacked, with the given masses."""
    parts = {}
    for kind in sorted({entry.kind for entry in entries}):
        chosen = [(entry, mass) for entry, mass in zip(entries, masses, strict=True) if entry.kind == kind]
        rotations = [entry.rotation for entry, _ in chosen if entry.rotation is not None]
        parts[kind] = LawGroup(
            np.array([entry.center for entry, _ in chosen]),
            np.array([entry.scale for entry, _ in chosen]),
            np.log([float(mass) for _, mass in chosen]),
            np.array(rotations) if rotations else None,
        )
    return parts


def _support(entries: list[Entry], label: int, dim: int) -> LabelledRegion:
    held = [entry for entry in entries if entry.mass[label] > 0]
    flat = [(entry.center, entry.scale) for entry in held if entry.kind != "ball"]
    round_ = [(entry.center, entry.scale[0]) for entry in held if entry.kind == "ball"]
    low = np.reshape([center - scale for center, scale in flat], (-1, dim))
    boxes = Boxes(low, np.reshape([center + scale for center, scale in flat], (-1, dim)))
    if not round_:
        return boxes
    return Sets(boxes, Balls(np.array([center for center, _ in round_]), np.array([radius for _, radius in round_])))


def _level(pairs: list[tuple[Entry, Fraction]], problem: MixtureProblem, alphas: np.ndarray) -> AxisLaws | None:
    """The laws that remain, in one dimension, or of one smooth kind along the one axis on which they differ; none where
    nothing makes plateaus."""
    entries, axis = [entry for entry, _ in pairs], 0
    if problem.training.noise != "uniform" and "uniform" not in {entry.kind for entry in entries}:
        return None
    if problem.dim > 1:
        if not entries or {entry.kind for entry in entries} not in ({"gaussian"}, {"laplace"}):
            return None
        tables = np.array([[entry.center, entry.scale] for entry in entries])
        unlike = np.flatnonzero((tables != tables[0]).any(axis=(0, 1)))
        if len(unlike) != 1:
            return None
        axis = int(unlike[0])
    flats = [Flat(e.kind, float(e.center[axis]), float(e.scale[axis]), m) for e, m in pairs]
    return level_of(axis, flats, problem.training.noise, alphas)


def signed_density(entries: list[Entry], problem: MixtureProblem, alphas: np.ndarray) -> Signed:
    """Split the merged laws by the class that outweighs; laws with equal mass in both drop out."""
    dim, pairs = problem.dim, [(entry, entry.mass[1] - entry.mass[0]) for entry in entries]
    won1, won0 = [p for p in pairs if p[1] > 0], [p for p in pairs if p[1] < 0]
    bounded = all(entry.kind in ("uniform", "ball", "point") for entry in entries)
    atoms = [[e.center for e, m in pairs if e.kind == "point" and (m < 0) == (label == 0)] for label in (0, 1)]
    return Signed(
        positive=parts_of([e for e, _ in won1], [m for _, m in won1]),
        negative=parts_of([e for e, _ in won0], [-m for _, m in won0]),
        atoms0=np.reshape(atoms[0], (-1, dim)),
        atoms1=np.reshape(atoms[1], (-1, dim)),
        support0=_support(entries, 0, dim) if bounded else None,
        support1=_support(entries, 1, dim) if bounded else None,
        level=_level(won1 + won0, problem, alphas),
    )


def source_of(entries: list[Entry]) -> MixtureSource:
    """The sampler of merged laws."""
    mass = np.array([[float(m) for m in entry.mass] for entry in entries]).T.ravel()
    cumulative = np.cumsum(mass)
    return MixtureSource(parts_of(entries, [Fraction(1)] * len(entries)), cumulative / cumulative[-1])


def total_density(entries: list[Entry]) -> tuple[dict[str, LawGroup], dict[str, Numbers]]:
    """The density of X, of everything but point masses, and what of each law's mass class 1 has more than class 0."""
    spread = [entry for entry in entries if entry.kind != "point"]
    total = [sum(entry.mass, Fraction(0)) for entry in spread]
    share = [float((entry.mass[1] - entry.mass[0]) / mass) for entry, mass in zip(spread, total, strict=True)]
    of_kind = {kind: [k for k, entry in enumerate(spread) if entry.kind == kind] for kind in {e.kind for e in spread}}
    return parts_of(spread, total), {kind: np.array([share[k] for k in places]) for kind, places in of_kind.items()}
