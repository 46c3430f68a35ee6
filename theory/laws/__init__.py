"""One-dimensional symmetric laws, one per file, standardised to mean 0 and scale 1.

Each file supplies the same functions natively, in both tails: `pdf`, `log_pdf`, `score`, `cdf`, `log_cdf`,
`interval`, `log_interval`, `interval_slope` and `log_isf`. The three laws are at once components of a mixture and
noise families. Beside them: convolutions of two laws and how these spread, blurred sets, binomials.
"""

from types import ModuleType

from theory.laws import gaussian, laplace, uniform

NOISE: dict[str, ModuleType] = {"gaussian": gaussian, "laplace": laplace, "uniform": uniform}
