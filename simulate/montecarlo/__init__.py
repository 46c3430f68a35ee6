"""Monte Carlo: an independent check of the exact side that also reaches where no exact answer exists.

It shares nothing with `theory` but the description of a problem; every formula here is its own. Public: `monte_carlo`,
how it is asked (`Sampling`, `Level`), and what it returns and raises.
"""

from simulate.montecarlo.draws.sampling import Sampling
from simulate.montecarlo.estimate import monte_carlo
from simulate.montecarlo.statistics.level import Level
from simulate.montecarlo.statistics.records import Interval, Record
from theory.errors import UnsupportedError

__all__ = ["Interval", "Level", "Record", "Sampling", "UnsupportedError", "monte_carlo"]
