"""The choice of a geometry: what is remembered of it, and by whom it may be asked."""

from __future__ import annotations

from theory import regimes
from theory.problems.normal import normal_form
from theory.reduction.reduce import MOST_HELD, reduce


class Interrupted(float):
    """A number at whose second hashing somebody else, as another thread may, asks for so many problems that all that
    is remembered is dropped."""

    hashed = 0

    def __hash__(self) -> int:
        self.hashed += 1
        if self.hashed == 2:
            others = [regimes.two_gaussians(separation=2 + k / 1000) for k in range(MOST_HELD + 1)]
            assert all(reduce(normal_form(other)) for other in others)
        return super().__hash__()


def test_another_thread_may_drop_what_is_remembered_at_any_moment() -> None:
    problem = regimes.two_gaussians()
    reduce(normal_form(problem))
    assert reduce(normal_form(problem), Interrupted(0.0)).route == "line"


def test_a_problem_is_reduced_once() -> None:
    problem = regimes.two_gaussians()
    assert reduce(normal_form(problem)) is reduce(normal_form(problem))
    assert reduce(normal_form(problem)) is not reduce(normal_form(regimes.two_gaussians()))
