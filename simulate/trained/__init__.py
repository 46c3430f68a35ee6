"""Linear rules trained on samples: drawn training sets, trained exactly, weighed exactly on the population.

An independent check of the limits that the exact side has for n, d -> inf, at finite n and d. It shares with `theory`
the description of a problem and the errors. Public: `train_on_samples`, how
it is asked (`TrainingSets`), and what it returns (`SampleRecord`).
"""

from simulate.trained.records import SampleRecord, TrainingSets
from simulate.trained.samples import train_on_samples

__all__ = ["SampleRecord", "TrainingSets", "train_on_samples"]
