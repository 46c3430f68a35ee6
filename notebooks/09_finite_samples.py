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
# # Finite samples
#
# Elsewhere training means infinite data. Here it means $n$ samples in $d$ dimensions, each in many noisy copies, and
# one of the linear rules `lda`, `least-squares`, `logistic`. If both numbers are large the risk depends on the ratio
# $n/d$ alone and is known exactly. `ratio` is one more key beside `alpha`, `beta` and `eps`.

# %%
# %matplotlib inline
import numpy as np

from figures import curves, phase
from simulate.experiments.samples import double_descent, samples_phase
from simulate.experiments.series import Series
from theory import best_alpha, certified_risk, clean_risk, gain, regimes, with_overrides
from theory.samples.window import least_squares_window
from theory.symbolic import DERIVATIONS
from theory.theorems import LAWS

# %% [markdown]
# Two Gaussians at distance 3, scale 1, class 1 with probability 0.2:

# %%
lda = with_overrides(regimes.two_gaussians(separation=3.0, prior=0.2), {"training.rule": "lda"})
squares = with_overrides(lda, {"training.rule": "least-squares"})
lda

# %% [markdown]
# ## Noise helps where data are few
#
# On infinite data training noise hurts the clean risk of this problem, whatever its size. With two or ten samples per
# dimension it helps.

# %%
gain(lda, alpha=[0.1, 0.3, 0.7], beta=0.5)

# %%
gain(lda, alpha=[0.1, 0.3, 0.7], beta=0.5, ratio=[[2.0], [10.0]])

# %% [markdown]
# Noise averaged over many copies adds $\alpha^2$ to the variance of every direction: it is ridge regularisation. So it
# repairs what few samples do worst, the peak of the risk at $n = d$. Without noise the classifier of least norm is
# meant where $n \le d$.

# %%
curves.draw(double_descent("least-squares", 1.5, 0.2, [0.0, 0.3, 1.0], 0.1, 30.0, 9)).figure

# %% [markdown]
# ## The window of least squares
#
# For least squares, noise helps in a window of $n/d$ around the peak and nowhere else. Its ends solve one equation
# each; beyond the upper one the samples are so many that every noise hurts, as on infinite data.

# %%
low, high = least_squares_window(m=1.5, prior=0.2)
low, high

# %%
[best_alpha(squares, 0.5, ratio=ratio).alpha for ratio in (0.2, 0.5, 2.0, 10.0, 16.0, 17.0)]

# %%
phase.draw(samples_phase(1.5, 0.2, 0.1, 100.0, 2.0, 25)).figure

# %% [markdown]
# The rarer class 1 is, the shorter the window; with equal priors it is everything.

# %%
[(prior, *(end.value for end in least_squares_window(1.5, prior))) for prior in (0.01, 0.1, 0.3, 0.45, 0.5)]

# %% [markdown]
# ## lda on many samples
#
# For lda at large $n/d$ the best noise is $\alpha_*^2 = C\,d/n$ with a constant that is derived, not fitted.

# %%
DERIVATIONS["lda-large-samples"]()

# %%
constant = DERIVATIONS["lda-large-samples"]().at(m=1.5, shift=np.log(4))
constant, [ratio * best_alpha(lda, 0.5, ratio=ratio).alpha ** 2 for ratio in (10.0, 100.0, 1e4)]

# %% [markdown]
# Where $C < 0$ every noise hurts, as on infinite data. That takes well separated classes, one of them rare.

# %%
rare = with_overrides(regimes.two_gaussians(separation=6.0, prior=0.01), {"training.rule": "lda"})
rare_constant = DERIVATIONS["lda-large-samples"]().at(m=3.0, shift=np.log(99))
rare_constant, gain(rare, alpha=[0.05, 0.2, 0.5], beta=0.5, ratio=20.0)

# %% [markdown]
# The certified risk is served by noise on infinite data too. Few samples ask for more of it.

# %%
ratios = np.geomspace(0.5, 500.0, 9)
series = Series("ratio", ratios, {"x_label": "$n/d$", "y_label": r"best $\alpha$", "x_scale": "log"})
series.curve("clean", [best_alpha(lda, 0.5, ratio=ratio).alpha for ratio in ratios])
series.curve(r"$\epsilon = 0.3$", [best_alpha(lda, 0.5, 0.3, ratio=ratio).alpha for ratio in ratios])
series.curve("infinite data", best_alpha(lda, 0.5, 0.3).alpha, "guide")
curves.draw(series.dataset()).figure

# %% [markdown]
# ## Equal priors: the more noise the better
#
# With equal priors and one common scale the risk falls with $\alpha$ at every $n/d$; infinite noise leaves the
# classifier that takes the nearer sample mean.

# %%
even = with_overrides(lda, {"prior": 0.5})
clean_risk(even, alpha=[0.0, 0.5, 2.0, 100.0], beta=0.5, ratio=2.0)

# %% [markdown]
# ## How many copies
#
# All this was for infinitely many noisy copies of each sample. With one copy of each, noise is only noise. Small noise
# begins to help when the number of copies exceeds $1 + (1-\gamma)^2 / (2 (m^2 + \gamma))$, $\gamma = d/n$, which for
# classes not too close is 2 copies.

# %%
copied = [with_overrides(even, {"training.copies": copies}) for copies in (1, 2, 5, 100)]
[gain(problem, alpha=0.5, beta=0.5, ratio=2.0).value for problem in copied]

# %%
counts = np.array([1, 2, 3, 5, 10, 20, 40, 80])
series = Series("copies", counts, {"x_label": "copies $M$", "y_label": "gain", "x_scale": "log"})
series.curve("no gain", 0.0, "guide")
many = [with_overrides(even, {"training.copies": int(count)}) for count in counts]
series.curve(r"$n/d = 2$", [gain(problem, 0.5, 0.5, ratio=2.0).value for problem in many])
series.curve(r"$n/d = 5$", [gain(problem, 0.5, 0.5, ratio=5.0).value for problem in many])
curves.draw(series.dataset()).figure

# %% [markdown]
# ## The laws
#
# All of these are laws of the registry. A few cases of each, and their derivations:

# %%
names = ("least-squares-window", "lda-large-samples", "equal-priors-infinite-noise")
names += ("equal-priors-many-samples", "noisy-copies")
[(name, LAWS[name].check(8).verdict) for name in names]

# %% [markdown]
# What is certified on samples, at the noise that would be best for infinite data, and at the best for two samples per
# dimension:

# %%
noises = [best_alpha(lda, 0.5, 0.3).alpha, best_alpha(lda, 0.5, 0.3, ratio=2.0).alpha]
certified_risk(lda, alpha=noises, beta=0.5, eps=0.3, ratio=2.0)
