"""The pipeline stage by stage: a problem is trained, the base classifier smoothed, the smoothed classifier weighed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags
from theory.displayed import Displayed
from theory.errors import NoExactRoute, ProblemError
from theory.estimate import Estimate
from theory.geometry.base import Geometry
from theory.geometry.region import Region
from theory.problems.noises import noise, noises, numbers
from theory.problems.normal import Normal, normal_form
from theory.problems.problem import Problem, described
from theory.problems.validation import instance
from theory.reduction.reduce import reduce
from theory.risks.requests import lay_out
from theory.risks.risks import averaged, certified_risk, clean_risk, estimated, solve_for, voted_region
from theory.risks.solution import Kind


@dataclass(frozen=True)
class BaseClassifier(Displayed):
    """f, trained with noise alpha: a decision region along the problem's coordinate. Equal if problem and noise are.

    geometry, held: what computes, and its answer, in the units of `normal`; everything else is in those of the problem.
    """

    problem: Problem
    alpha: float
    normal: Normal = field(compare=False)
    geometry: Geometry = field(compare=False)
    held: Any = field(compare=False)

    @cached_property
    def base(self) -> Any:
        """The region, the components as seen along the coordinate, and what that is measured along and from."""
        return self.held.outward(self.normal)

    @property
    def placed(self) -> bool:
        """Whether the coordinate is that of the points themselves: then it moves with them."""
        return self.problem.dim == 1 or (self.geometry.route == "plane" and self.geometry.center(self.held) is None)

    @property
    def region(self) -> Any:
        """{f = 1}: a `Region` of intervals of the coordinate, or a `PlaneRegion`."""
        return self.base.region

    @property
    def intervals(self) -> list[tuple[float, float]]:
        """{f = 1} as pairs of numbers: positions along the line, or distances from `center`.

        Raises:
            NoExactRoute: the region is one of the plane; it has `curves`.
        """
        return _visible(self.region)

    @property
    def curves(self) -> list[Array]:
        """The boundary of {f = 1} in the plane: closed polygons (m, 2), the region on the left.

        Raises:
            NoExactRoute: the region is one of a single coordinate; it has `intervals`.
        """
        return _curves(self.region)

    @property
    def center(self) -> Array | None:
        """Where the coordinate is measured from (d,), or None on the line itself."""
        center = self.geometry.center(self.held)
        return None if center is None else self.normal.outward(center) + self.normal.center

    def __call__(self, points: ArrayLike) -> Flags:
        """f at points (m, d), or (m,) where d = 1."""
        return self.region.contains(self.coordinate(points))[0]

    def coordinate(self, points: ArrayLike) -> Array:
        """The coordinate of points (m, d), or (m,) where d = 1."""
        array = numbers(points, "points")
        dim = self.problem.dim
        array = array.reshape(-1, dim) if dim == 1 else np.atleast_2d(array)
        if array.ndim != 2 or array.shape[1] != dim:
            raise ProblemError("points", f"shape {np.shape(points)}", f"shape (m, {dim})")
        found = self.geometry.coordinate(self.held, (array - self.normal.center) / self.normal.length)
        return self._outward(found)

    def _outward(self, coordinate: Array) -> Array:
        """Coordinates in the problem's units."""
        return self.normal.outward(coordinate) + (self.normal.center if self.placed else 0.0)

    def inward(self, coordinate: Array) -> Array:
        """Coordinates in units of the normal form."""
        return np.asarray((coordinate - (self.normal.center if self.placed else 0.0)) / self.normal.length)


@dataclass(frozen=True)
class SmoothedClassifier(Displayed):
    """g, the majority vote over noise beta, and its vote probability u.

    Where a coin decides ties, the region and g itself are those of a coin that fell for class 1.
    """

    classifier: BaseClassifier
    beta: float
    held: Any = field(compare=False)

    @cached_property
    def region(self) -> Any:
        """{g = 1}: a `Region` of intervals of the coordinate, or a `PlaneRegion`."""
        return replace(self.classifier.held, region=self.held).outward(self.classifier.normal).region

    @property
    def intervals(self) -> list[tuple[float, float]]:
        """{g = 1} as pairs of numbers along the coordinate of the base classifier; raises as there."""
        return _visible(self.region)

    @property
    def curves(self) -> list[Array]:
        """The boundary of {g = 1} in the plane; raises as for the base classifier."""
        return _curves(self.region)

    def vote(self, points: ArrayLike) -> Array:
        """u(x) = P(f(x + beta V) = 1) at points (m, d), or (m,) where d = 1; relative precision in both tails of f."""
        return self.vote_along(self.classifier.coordinate(points)[0])

    def vote_along(self, coordinate: ArrayLike) -> Array:
        """u at values (m,) of the coordinate itself; (m, 2) in the plane or in the half-plane of an axis."""
        x = np.atleast_1d(numbers(coordinate, "coordinate"))
        axes = 2 if self.classifier.geometry.route in ("plane", "axial") else 1
        if x.shape[1:] != (2,) * (axes - 1):
            raise ProblemError("coordinate", f"shape {x.shape}", "shape (m, 2)" if axes == 2 else "shape (m,)")
        if self.beta == 0:
            return self.region.contains(x[None, :])[0].astype(float)
        rows = np.zeros(len(x), np.intp)
        held = self.classifier
        noise = held.normal.lengths(np.full(len(x), self.beta))
        return held.geometry.vote(held.held.region, rows, noise, held.inward(x))[0]

    def __call__(self, points: ArrayLike) -> Flags:
        """g at points (m, d), or (m,) where d = 1."""
        at = self.classifier.coordinate(points)
        if self.beta > 0 and self.winner == 0:
            return ~self.region.complement().contains(at)[0]
        return self.region.contains(at)[0]

    @property
    def winner(self) -> int:
        """The class to which ties of the vote go."""
        return self.classifier.problem.smoothing.winners[0]


def _curves(region: Any) -> list[Array]:
    if isinstance(region, Region):
        raise NoExactRoute("a region of one coordinate has intervals, no curves")
    return list(region.curves())


def _visible(region: Any) -> list[tuple[float, float]]:
    if not isinstance(region, Region):
        raise NoExactRoute("a region of the plane has curves, no intervals")
    shift = 0.0 if region.reference is None else float(region.reference[0])
    return [(shift + max(low, float(region.floor[0])), shift + high) for low, high in region.intervals()]


def train(problem: Problem, alpha: float) -> BaseClassifier:
    """f: the posterior rule {s * p_alpha >= 0} or the regression rule {h * p_alpha >= 1/2}.

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ProblemError: alpha is negative or not finite.

    Examples:
        >>> from theory import regimes
        >>> base = train(regimes.stripes(count=2, gap=0.3), alpha=0.2)
        >>> [(round(low, 6), round(high, 6)) for low, high in base.intervals]
        [(-1.15, -0.092995), (0.092995, 1.15)]
    """
    scale = noise(alpha, "alpha")
    normal = normal_form(described(problem))
    geometry = reduce(normal)
    return BaseClassifier(problem, scale, normal, geometry, geometry.train(normal.lengths(np.array([scale]))))


def smooth(classifier: BaseClassifier, beta: float) -> SmoothedClassifier:
    """g = 1[u >= 1/2], u = f * p_beta; 1[u > 1/2] where the problem gives ties of the vote to class 0.

    Examples:
        >>> from theory import regimes
        >>> voted = smooth(train(regimes.stripes(count=2, gap=0.3), alpha=0.0), beta=0.5)
        >>> [(round(low, 6), round(high, 6)) for low, high in voted.intervals]
        [(-1.124625, 1.124625)]
        >>> voted.vote([0.0, 0.65]).round(6).tolist()
        [0.742729, 0.73733]
    """
    instance(classifier, "classifier", BaseClassifier)
    scale = noise(beta, "beta")
    winner, lengths = classifier.problem.smoothing.winners[0], classifier.normal.lengths(np.array([[scale]]))
    held = voted_region(classifier.geometry, classifier.held.region, lengths, winner)
    return SmoothedClassifier(classifier, scale, held)


def risk(
    problem: Problem,
    voted: SmoothedClassifier | None = None,
    *,
    alpha: ArrayLike = 0.0,
    beta: ArrayLike = 0.0,
    eps: ArrayLike = 0.0,
) -> Estimate:
    """The risk of a smoothed classifier on a problem, its own or another, or of arrays of noises; certified where
    eps > 0.

    A classifier that was trained on another problem is weighed as it is: with its regions, its certificate and the
    components of `problem`, whose own noises and rules have no part in it.

    Raises:
        ProblemError: the problem has another dimension than the classifier.
        NoExactRoute: the components of the problem are not known along the classifier's coordinate.

    Examples:
        >>> from theory import regimes
        >>> problem = regimes.two_gaussians(dim=2, separation=2.0)
        >>> round(risk(problem, smooth(train(problem, alpha=0.4), beta=0.5)).value, 10)
        0.1586552539
        >>> rare = regimes.two_gaussians(dim=2, separation=2.0, prior=0.9)
        >>> round(risk(problem, smooth(train(rare, alpha=0.4), beta=0.5)).value, 6)
        0.309789
    """
    if voted is None:
        if noises(eps, "eps").any():
            return certified_risk(problem, alpha, beta, eps)
        return clean_risk(problem, alpha, beta)
    held = instance(voted, "voted", SmoothedClassifier).classifier
    if described(problem).dim != held.problem.dim:
        raise ProblemError("problem", f"dimension {problem.dim}", f"{held.problem.dim}, that of the classifier")
    layout = lay_out(held.alpha, voted.beta, eps)
    kind: Kind = "certified" if np.any(layout.eps > 0) else "clean"
    winners = held.problem.smoothing.winners
    return averaged([estimated(solve_for(problem, layout, kind, held.problem, winner)) for winner in winners])
