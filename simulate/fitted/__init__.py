"""From points to a problem: a Gaussian mixture fitted to each of two classes, which the exact side answers for.

Public: `fit_problem` and what it returns (`Fit`).
"""

from simulate.fitted.fit import Fit, fit_problem

__all__ = ["Fit", "fit_problem"]
