# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Bring your own distribution
#
# A problem is a description: a prior, the laws of two classes, the noises of training and smoothing. It can be written
# in Python or in a file. If an exact route is known it is taken; if not, the error says why, and Monte Carlo answers.

# %%
# %matplotlib inline
from pathlib import Path
from tempfile import TemporaryDirectory

from figures import phase, pipeline
from simulate.montecarlo import Sampling, monte_carlo
from simulate.sweep.axes import Axis
from simulate.sweep.sweep import sweep
from theory import (
    Component,
    Gaussian,
    Laplace,
    MixtureProblem,
    NoExactRoute,
    ProblemError,
    Smoothing,
    Uniform,
    bayes_risk,
    best_alpha,
    dumps_problem,
    gain,
    load_problem,
    loads_problem,
    risk,
    save_problem,
    vote_risk,
    with_overrides,
)

# %% [markdown]
# ## In Python
#
# Class 1 is a heavy-tailed bump and a plateau, class 0 is Gaussian; smoothing is done with Laplace noise. Weights are
# relative within a class.

# %%
problem = MixtureProblem(
    prior=0.4,
    dim=1,
    class0=(Component(Gaussian(0.0, 1.5)),),
    class1=(Component(Laplace(-1.0, 0.2), weight=2.0), Component(Uniform(1.0, 2.5))),
    smoothing=Smoothing(noise="laplace"),
    name="mine",
)
problem

# %%
bayes_risk(problem)

# %%
gain(problem, alpha=0.3, beta=[0.2, 0.5, 0.8])

# %%
pipeline.draw(problem, alpha=0.3, beta=0.5).figure

# %% [markdown]
# ## In a file
#
# The same as TOML. `noisewise risk mine.toml --alpha 0 0.3 --beta 0.5` takes such a file.

# %%
text = """
name = "mine"
prior = 0.4

[[class0]]
law = "gaussian"
mean = 0.0
scale = 1.5

[[class1]]
law = "laplace"
mean = -1.0
scale = 0.2
weight = 2.0

[[class1]]
law = "uniform"
low = 1.0
high = 2.5

[smoothing]
noise = "laplace"
"""
assert loads_problem(text) == problem

# %% [markdown]
# What is wrong in a file is said in one line, with the key, what was found and what was expected.

# %%
try:
    loads_problem(text.replace("scale = 0.2", "scale = -0.2"), "mine.toml")
except ProblemError as error:
    message = str(error)
message

# %% [markdown]
# A problem can be written back, and read again as the same.

# %%
with TemporaryDirectory() as folder:
    save_problem(problem, Path(folder) / "mine.toml")
    again = load_problem(Path(folder) / "mine.toml")
again == problem, len(dumps_problem(problem).splitlines())

# %% [markdown]
# ## Its phase map
#
# Sweeps take problems as well as named families, and every key of the file can be an axis.

# %%
dataset = sweep(problem, Axis("beta", 0.02, 0.8, 48), Axis("alpha", 0.0, 1.2, 49))
phase.draw(dataset).figure

# %%
best_alpha(problem, beta=0.5)

# %%
plateau = sweep(problem, Axis("class1.1.high", 1.5, 4.0, 16), Axis("alpha", 0.0, 1.2, 17), {"beta": 0.5})
phase.draw(plateau).figure

# %% [markdown]
# ## Check it by simulation
#
# The Monte Carlo side shares nothing with the exact one but the description of the problem. It simulates a finite
# number of votes, for which there is an exact risk too.

# %%
(record,) = monte_carlo(problem, alpha=0.3, beta=0.5, votes=101, sampling=Sampling(5_000, seed=1))
exact = vote_risk(problem, 0.3, 0.5, votes=101)
assert record.clean.low <= exact.value <= record.clean.high
exact

# %%
record.clean

# %% [markdown]
# The gain is estimated from the same draws with and without training noise. With 101 votes it is far below that of
# infinitely many: few votes do not yet see that without training noise the majority is just lost.

# %%
exact_gain = vote_risk(problem, 0.0, 0.5, votes=101).value - exact.value
assert record.gain.low <= exact_gain <= record.gain.high
exact_gain, gain(problem, 0.3, 0.5).value

# %% [markdown]
# ## Where no exact route is known
#
# In two dimensions a uniform square beside Gaussians has none.

# %%
hard = MixtureProblem(
    prior=0.4,
    dim=2,
    class0=(Component(Gaussian(0.0, 1.5)),),
    class1=(Component(Gaussian((-1.0, 0.5), 0.4)), Component(Uniform((0.5, 0.5), (2.0, 2.0)))),
)
try:
    risk(hard, alpha=0.3, beta=0.5)
except NoExactRoute as error:
    message = str(error)
message

# %% [markdown]
# Monte Carlo answers. The interval of the gain does not hold 0: training noise helps.

# %%
(record,) = monte_carlo(hard, alpha=0.3, beta=1.0, votes=31, sampling=Sampling(10_000, seed=1))
record.gain

# %% [markdown]
# Often a problem nearby has an exact route. With Gaussian components only, of any covariance, the plane is solved to
# eight digits:

# %%
near = MixtureProblem(
    prior=0.4,
    dim=2,
    class0=(Component(Gaussian(0.0, 1.5)),),
    class1=(Component(Gaussian((-1.0, 0.5), 0.4)), Component(Gaussian((1.2, 1.2), cov=((0.3, 0.1), (0.1, 0.2))))),
)
gain(near, alpha=0.3, beta=[0.2, 0.4])

# %% [markdown]
# Keys can be set without writing the description anew; gains at $\alpha = 0.2$ and $\beta = 0.45$ for three priors of
# the first problem:

# %%
{prior: gain(with_overrides(problem, {"prior": prior}), 0.2, 0.45).value for prior in (0.35, 0.4, 0.5)}
