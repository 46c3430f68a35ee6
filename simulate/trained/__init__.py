"""Linear rules trained on samples: drawn training sets, trained exactly, weighed exactly on the population.

An independent check of the limits that the exact side has for n, d -> inf, at finite n and d. It shares with `theory`
the description of a problem and the errors. Public: `train_on_samples` and what it returns.
"""

from simulate.trained.samples import SampleRecord, train_on_samples

__all__ = ["SampleRecord", "train_on_samples"]
