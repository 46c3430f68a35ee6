"""How much memory the rules take: for `plan`, which cuts requests up."""

from __future__ import annotations

from simulate.montecarlo.laws.fields import by_axis
from simulate.montecarlo.laws.laws import Boxes, LabelledRegion, LawGroup, Signed
from simulate.montecarlo.rules.posterior_mean import MixtureRegression
from simulate.montecarlo.rules.rules import Rule, bounded
from simulate.montecarlo.rules.settle import GROUP
from simulate.montecarlo.rules.slices import Slices


def number_of(region: LabelledRegion) -> int:
    """How many sets a union has."""
    return len(region.low) if isinstance(region, Boxes) else len(region.boxes.low) + len(region.balls.radius)


def _laws(parts: list[LawGroup]) -> tuple[int, int]:
    """The most laws compared at once, and the most with full covariances."""
    most = max((len(part.center) for part in parts), default=0)
    return most, max((len(part.center) for part in parts if part.rotation is not None), default=0)


def footprint(rule: Rule, dim: int, points: int) -> int:
    """The doubles per point that drawing its noise and comparing it with all laws or sets keeps alive at once."""
    rotated, slices = 0, None
    if isinstance(rule, Boxes):
        laws = number_of(rule)
    elif isinstance(rule, Signed | MixtureRegression):
        signed = rule if isinstance(rule, Signed) else rule.signed
        parts = [*signed.positive.values(), *signed.negative.values()]
        parts += list(rule.total.values()) if isinstance(rule, MixtureRegression) else []
        supports = [number_of(region) for region in (signed.support0, signed.support1) if region is not None]
        laws, rotated = _laws(parts)
        laws = max([laws, *supports, len(signed.atoms0), len(signed.atoms1)])
    else:
        laws, slices = number_of(rule.rule.sets), rule.rule.slices
    held = 4 * laws if by_axis(laws, points) else 2 * laws * dim
    return 3 * dim + held + 3 * rotated * dim + _integrals(rule, slices)


def _integrals(rule: Rule, slices: Slices | None) -> int:
    """Doubles per point of panels and nodes."""
    if slices is not None:
        return int(2 * slices.low.shape[2])
    if isinstance(rule, MixtureRegression):
        laws = sum(len(part.center) for part in rule.total.values())
        return 32 * (2 + laws) + (0 if rule.ends is None else 2 * len(rule.ends))
    return 0


def work_bytes(rule: Rule, noise: str) -> int:
    """Bytes that the inner draws of `settle` take for each block, whatever its number of points and votes."""
    return 32 * GROUP if bounded(rule, noise) else 0
