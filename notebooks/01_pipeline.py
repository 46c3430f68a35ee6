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
# # What happens to one density, from the data to the smoothed risk
#
# A classifier is trained on inputs to which noise of scale $\alpha$ was added, and is then smoothed: its answer at $x$
# is the majority of its answers at $x + V$, with $V$ noise of scale $\beta$. Smoothing is what certificates of
# robustness rest on. Did the training noise help or hurt?
#
# Here the answer is computed exactly, stage by stage, for one density on a line.

# %%
# %matplotlib inline
from figures import phase, pipeline
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from theory import bayes_risk, best_alpha, certified_gain, certified_risk, gain, regimes, risk, smooth, train

# %% [markdown]
# ## The problem
#
# Class 1 lives on three narrow bumps, class 0 is one wide bump around them, and both are equally likely:
# $q_1 = \frac13 \sum_k N(m_k, 0.3^2)$ with $m_k = -1.5, 0, 1.5$, and $q_0 = N(0, 2^2)$.

# %%
problem = regimes.bumps(count=3, spacing=1.5)
problem

# %% [markdown]
# Nothing can beat the Bayes rule, which answers 1 where the signed density
# $s = P(Y{=}1)\, q_1 - P(Y{=}0)\, q_0$ is not negative. Every number comes with an estimate of its error and the route
# by which it was found.

# %%
bayes_risk(problem)

# %% [markdown]
# ## Train
#
# The base classifier trained with noise $\alpha$ is the Bayes rule of the noised data: $f = 1[s * p_\alpha \ge 0]$.
# Without noise it answers 1 near each bump. Noise makes the bumps wider, and the intervals with them.

# %%
plain, noisy = train(problem, alpha=0.0), train(problem, alpha=0.4)
plain.intervals

# %%
noisy.intervals

# %% [markdown]
# ## Smooth
#
# The vote probability $u = f * p_\beta$ is the share of the votes for class 1, and the smoothed classifier is
# $g = 1[u \ge 1/2]$. With $\beta = 1$ the three narrow intervals together can only just win a majority around 0, while
# the wider ones win it all the way from the first bump to the last.

# %%
beta = 1.0
voted_plain, voted_noisy = smooth(plain, beta), smooth(noisy, beta)
voted_plain.intervals

# %%
voted_noisy.intervals

# %%
voted_plain.vote([-1.5, 0.0, 1.5]), voted_noisy.vote([-1.5, 0.0, 1.5])

# %% [markdown]
# ## Weigh
#
# The risk $R(\alpha, \beta) = P(g(X) \ne Y)$ is the mass of class 1 outside the smoothed region and of class 0 inside.
# Without training noise the smoothed classifier is worse than a guess: it keeps the middle bump and loses the others.

# %%
risk(problem, voted_plain)

# %%
risk(problem, voted_noisy)

# %% [markdown]
# The same in one picture: on the left without training noise, on the right with it. From top to bottom: what training
# sees, the signed density and the base region, the votes and the smoothed region, and the data again with the mass of
# the errors shaded.

# %%
pipeline.draw(problem, alpha=0.4, beta=beta).figure

# %% [markdown]
# ## Help and hurt
#
# The gain is what training noise takes off the risk of the smoothed classifier: $R(0, \beta) - R(\alpha, \beta)$,
# positive where it helps and negative where it hurts. At $\beta = 1$ the noise $\alpha = 0.4$ helps: the gain exceeds
# its error by many orders of magnitude, so that its sign is not in question.

# %%
gain(problem, alpha=0.4, beta=beta)

# %% [markdown]
# At $\beta = 0.3$ the same training noise hurts. The smoothing alone would have kept the three bumps apart; the wider
# intervals grow together and class 0 between them is lost.

# %%
gain(problem, alpha=0.4, beta=0.3)

# %%
pipeline.draw(problem, alpha=0.4, beta=0.3).figure

# %% [markdown]
# How much noise is best depends on the smoothing as well. At $\beta = 1$ some noise is far better than none, and even
# too much of it helps; at $\beta = 0.3$ none is best.

# %%
best_alpha(problem, beta=1.0)

# %%
best_alpha(problem, beta=0.3)

# %% [markdown]
# ## The certified risk
#
# A point counts as certified at radius $\epsilon$ if it is classified correctly by so large a majority that no
# perturbation of that size can turn it: $u \ge \Phi(\epsilon/\beta)$ for class 1, and $1 - u$ as large for class 0.
# The certified risk is the mass of all other points.

# %%
eps = 0.25
certified_risk(problem, alpha=[0.0, 0.4], beta=beta, eps=eps)

# %%
certified_gain(problem, alpha=0.4, beta=beta, eps=eps)

# %% [markdown]
# ## The phase diagram
#
# Noises are arrays as well as numbers, and a sweep puts a whole plane of them into a dataset: 65 training noises by 64
# smoothing noises.

# %%
family = Family("bumps", {"count": 3, "spacing": 1.5})
dataset = sweep(family, Axis("beta", 0.025, 1.6, 64), Axis("alpha", 0.0, 1.0, 65))
dataset

# %% [markdown]
# Each cell has a label: `exact-help` or `exact-hurt` where the gain exceeds its error, `neutral` where it is 0,
# and `constant` where one of the two smoothed classifiers gives the same answer to all but a thousandth of the data. To
# beat such a classifier, or to lose to it, says nothing about training noise.

# %%
dataset["label"].to_series().value_counts()

# %% [markdown]
# Training noise hurts on the left, where smoothing is mild, and helps on the right, where without it the votes of the
# narrow intervals are lost; a second region where it hurts lies within. `noisewise phase` draws the same map with the
# exact curve between the regions, the best training noise, and Monte Carlo points that check it.

# %%
phase.draw(dataset).figure
