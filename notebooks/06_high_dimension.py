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
# # From two dimensions to a million
#
# In many dimensions the noise is where one would not look for it: $V$ of scale $\beta$ has length about
# $\beta\sqrt{d}$, and a ball of a smaller radius loses the vote even at its centre. What is round stays exactly
# solvable, in any dimension and at the same cost.

# %%
# %matplotlib inline
from time import perf_counter

import numpy as np
from scipy.stats import chi2

from figures import curves, phase
from simulate.experiments.series import Series
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from theory import bayes_risk, best_alpha, clean_risk, regimes, small_noise, smooth, train

# %% [markdown]
# ## Exact risks
#
# Two Gaussians about one centre with standard deviations 1 and $1.5$ per axis. With the dimension they grow apart, and
# soon there is nothing to be confused about: the Bayes risk for growing $d$.

# %%
dims = [2, 10, 100, 1000, 10_000]
{dim: bayes_risk(regimes.concentric(dim=dim)) for dim in dims}

# %% [markdown]
# Smoothing has a threshold. Without training noise the risk at $\beta = 1$ goes from near the Bayes risk to that of a
# coin, since the ball that answers 0 becomes too small to hold any of class 0; at $\beta = 0.5$ it goes to 0.

# %%
{dim: clean_risk(regimes.concentric(dim=dim), 0.0, [0.5, 1.0]).value.tolist() for dim in dims}

# %% [markdown]
# A problem that stays as hard as it is has scales that come together: $1$ and $1 + 1.5/\sqrt{d}$. Now the Bayes risk
# has a limit, and smoothing must be the weaker the higher the dimension: at $\beta = 0.5$ there is soon nothing left.

# %%
hard = {dim: regimes.concentric(dim=dim, outer=1 + 1.5 / np.sqrt(dim)) for dim in (2, 10, 100, 10_000, 1_000_000)}
{dim: bayes_risk(problem) for dim, problem in hard.items()}

# %%
{dim: clean_risk(problem, 0.0, [0.05, 0.1, 0.5]).value.round(6).tolist() for dim, problem in hard.items()}

# %% [markdown]
# ## The best training noise
#
# One training noise undoes the loss completely, in a million dimensions as in two. The share $\alpha_*/\beta$ at
# $\beta = 0.1$, what is left above the Bayes risk, and the gain:

# %%
found = {dim: best_alpha(problem, 0.1) for dim, problem in hard.items()}
{dim: optimum.alpha / 0.1 for dim, optimum in found.items()}

# %%
{dim: optimum.risk.value - bayes_risk(hard[dim]).value for dim, optimum in found.items()}

# %%
{dim: optimum.gain.value for dim, optimum in found.items()}

# %% [markdown]
# ## The limit of the share
#
# As the noise vanishes, $\alpha_*/\beta$ has a limit in every dimension, and that in turn has one as $d$ grows: with
# $\lambda$ the ratio of the variances,
# $$\frac{\alpha_*}{\beta} \to \left(\frac{(\lambda + 1) \ln\lambda}{\lambda - 1} - 1\right)^{-1/2} < 1.$$

# %%
ratio = 1.5**2
limit = ((ratio + 1) * np.log(ratio) / (ratio - 1) - 1) ** -0.5
limit

# %%
shares = {dim: small_noise(regimes.concentric(dim=dim)).ratio for dim in (2, 3, 10, 100, 10_000, 1_000_000)}
shares

# %%
dims = np.unique(np.geomspace(2, 1_000_000, 25).round().astype(int))
labels = {"x_label": "dimension $d$", "y_label": r"limit of $\alpha_*/\beta$ as $\beta \to 0$", "x_scale": "log"}
series = Series("dim", dims.astype(float), labels)
series.curve("scales 1 and 1.5", [small_noise(regimes.concentric(dim=int(dim))).ratio for dim in dims])
series.curve("scales 1 and 3", [small_noise(regimes.concentric(dim=int(dim), outer=3.0)).ratio for dim in dims])
series.curve("limit, 1 and 1.5", limit, "guide")
series.curve("limit, 1 and 3", (10 * np.log(9) / 8 - 1) ** -0.5, "guide")
curves.draw(series.dataset()).figure

# %% [markdown]
# The more alike the scales, the nearer the share is to 1: in high dimension the best training noise for two nearly
# equal Gaussians is the smoothing noise itself.
#
# ## A map in 3072 dimensions
#
# As many as a small colour image has values. Class 0 lies at the distance $\sqrt{d}$ of the centre, and the best ball
# reaches to $1.21\sqrt{d}$. Smoothing takes it back to $\sqrt{d}$ at about $\beta = 0.68$, and there class 0 is lost
# all at once; training noise can delay that. Radii in units of $\sqrt{d}$ without training noise at growing $\beta$:

# %%
image = train(regimes.concentric(dim=3072), 0.0)
{beta: smooth(image, beta).intervals[0][0] / np.sqrt(3072) for beta in (0.0, 0.66, 0.68, 0.7)}

# %%
phase.draw(sweep(Family("concentric", {"dim": 3072}), Axis("beta", 0.02, 1.5, 48), Axis("alpha", 0.0, 1.5, 49))).figure

# %% [markdown]
# ## Balls vanish
#
# A ball of radius 1 vanishes under smoothing beyond $\beta = 1/\sqrt{m_d}$, $m_d$ the median of the chi-squared law,
# and that is nearly $1/\sqrt{d}$. Radii after smoothing at 0.5, 0.9, 0.999 and 1.001 of it:

# %%
vanishing = {dim: float(1 / np.sqrt(chi2.median(dim))) for dim in (2, 1000, 1_000_000)}
vanishing

# %%
{
    dim: [smooth(train(regimes.ball(dim=dim), 0.0), part * at).intervals for part in (0.5, 0.9, 0.999, 1.001)]
    for dim, at in vanishing.items()
}

# %% [markdown]
# In high dimension the radius after smoothing is $\sqrt{1 - d\beta^2}$, by Pythagoras: the noise is nearly of fixed
# length and nearly orthogonal to whatever there was.

# %%
[float(np.sqrt(1 - 1e6 * (part * vanishing[1_000_000]) ** 2)) for part in (0.5, 0.9)]

# %% [markdown]
# ## What it costs
#
# Seconds for one exact risk, the least of three at noises not asked for before. A million dimensions cost about as
# much as two, for the problem is solved along its radius.

# %%
seconds = {}
for dim in (2, 100, 10_000, 1_000_000):
    problem = regimes.concentric(dim=dim)
    times = []
    for alpha in (0.31, 0.32, 0.33, 0.34):
        start = perf_counter()
        clean_risk(problem, alpha, 0.5)
        times.append(perf_counter() - start)
    seconds[dim] = round(min(times[1:]), 4)
seconds
