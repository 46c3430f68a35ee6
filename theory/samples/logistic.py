"""placeholder"""

from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.samples.overlaps import Overlaps


def logistic(m: float, prior: float, alpha: Array, delta: Array) -> Overlaps:
    """placeholder"""
    raise NoExactRoute("not yet")
