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
# # Separated supports: intervals, stripes and discs
#
# Often the classes do not overlap at all: every input has one right label, and without noise a classifier can be
# perfect. Smoothing then can only harm the clean risk; it is the price of a certificate. Does training with noise
# $\alpha$ make the price at smoothing noise $\beta$ lower or higher? It depends on how far the sets are apart, and on
# a choice that is easily overlooked. All numbers below are exact, with an estimate of their error.

# %%
# %matplotlib inline
from figures import disc_experiment, pipeline, plane
from figures.disc_statistics import paired_bands
from simulate.experiments.discs import Study, run_study
from theory import (
    Ball,
    Component,
    DomainProblem,
    MixtureProblem,
    Training,
    Uniform,
    compare,
    gain,
    regimes,
    risk,
    train,
)

# %% [markdown]
# ## Off the support a label must be chosen
#
# Class 1 lives on $[-\frac12, \frac12]$ and class 0 on $[-3, -1]$ and $[1, 3]$. Between them there is no data, and
# without training noise nothing says what the classifier should answer there. All three choices below have risk 0
# without smoothing. With smoothing, votes are taken from the space between, and the choice decides the risk.

# %%
sides = (Component(Uniform(-3, -1)), Component(Uniform(1, 3)))
middle = (Component(Uniform(-0.5, 0.5)),)
chosen = {
    name: MixtureProblem(0.5, 1, sides, middle, training=Training(off_support=name))
    for name in ("nearest", "class0", "class1")
}
{name: risk(problem, alpha=0.0, beta=1.0).value for name, problem in chosen.items()}

# %% [markdown]
# Any training noise answers the question by itself: noised densities are positive everywhere, and their difference
# has a sign. The risk with training noise is then the same for all three, and so the gain is the choice made for its
# opponent.

# %%
{name: risk(problem, alpha=0.3, beta=1.0).value for name, problem in chosen.items()}

# %%
{name: gain(problem, alpha=0.3, beta=1.0).value for name, problem in chosen.items()}

# %% [markdown]
# A report that training noise helps on separated classes says little unless it also says what the classifier without
# noise does off the support. In what follows the question does not arise: class 0 fills all the rest of the space,
# and training compares the blurred label function $h * p_\alpha$ with $\frac12$ (`rule="regression"`).
#
# ## The law of isolated sets: training noise hurts
#
# One disc of radius 10 in an infinite background; risks are areas. Blurring by $\alpha$ shrinks the disc, smoothing
# by $\beta$ shrinks it again, and nothing ever makes it grow. So training noise hurts, at every $\alpha$ and $\beta$.

# %%
disc = regimes.ball(dim=2, radius=10.0)
shrunk = {alpha: train(disc, alpha).intervals for alpha in (0.0, 2.0, 5.0, 8.0)}
shrunk

# %%
alone = compare(disc, alpha=[2.0, 5.0, 8.0], beta=[[4.0], [7.0], [8.3], [9.0]])
alone.gain.value

# %% [markdown]
# The last row is not a draw between two good classifiers. A disc of radius 10 vanishes under smoothing above $\beta =
# 8.49$, whatever the training noise: both classifiers answer 0 everywhere. A comparison says something only where
# neither of the two is (nearly) constant, and `constant` tells where that is not so: one of them gives one class to
# all but a thousandth of the data.

# %%
alone.constant

# %% [markdown]
# ## Close sets: training noise can help
#
# Between sets that are close, blurring fills the gaps of the base region. Smoothing would have lost the gaps anyway;
# the votes gained there put the outer edges back to where they belong. Three stripes of width 1 at a gap of 0.3, on
# the left without training noise and on the right with it:

# %%
pipeline.draw(regimes.stripes(gap=0.3), alpha=0.3, beta=0.6).figure

# %%
gain(regimes.stripes(gap=0.3), alpha=0.3, beta=0.6)

# %% [markdown]
# Stripes farther apart obey the law of isolated sets again. The rows are gaps of 0.1, 0.3, 1 and 3.

# %%
[
    gain(regimes.stripes(gap=gap), alpha=0.3, beta=[0.3, 0.6, 1.0]).value.round(5).tolist()
    for gap in (0.1, 0.3, 1.0, 3.0)
]

# %% [markdown]
# In the plane there is less to gain, since round sets are close at one place only. Two discs of radius 10 whose
# circles are 1 apart: a little training noise helps at $\beta = 10$, where a disc alone would have vanished; more of
# it hurts, and at $\beta = 8$ both do.

# %%
pair = DomainProblem(2, (Ball((0.0, 0.0), 10.0), Ball((21.0, 0.0), 10.0)), training=Training(rule="regression"))
gain(pair, alpha=[3.0, 6.0], beta=[[8.0], [10.0]])

# %% [markdown]
# ## The picture in the plane
#
# Discs at random places in a square, on which the data are uniform. On the left what training with $\alpha = 3$ sees
# and both base regions; in the middle and on the right the votes, the smoothed regions and the errors, without
# training noise and with it. Noise closes the narrow places between discs and rounds off what is left, and the discs
# at the rim, beyond which there is nothing but 0, lose most.

# %%
square = regimes.discs(side=40.0, radius=8.0, seed=1)
plane.draw(square, alpha=3.0, beta=5.0).figure

# %% [markdown]
# ## Many placements
#
# One placement is an anecdote. A study draws many, for several least gaps $\zeta$ between discs, and compares every
# draw with itself: $R(\alpha, \beta) - R(0, \beta)$ carries no sampling error but that of the placement. Here is a
# very small one; `noisewise figures disc-experiment` runs 200 draws in a square of side 100.

# %%
study = Study((0.0, 2.0), 3, (0.0, 2.0, 4.0, 6.0, 8.0), (6.0, 9.0), side=40.0, radius=8.0, tries=2000, seed=1)
results = run_study(study)
disc_experiment.draw(results).figure

# %% [markdown]
# How to read it:
#
# * Lines are means over draws, bands hold for all $\alpha$ of a line at once with 95 % confidence. Where a band holds
#   0, the study cannot tell whether training noise helps. With three draws the bands are wide.
# * The strips show in how many draws one of the two smoothed classifiers is nearly constant. Lines are dotted where
#   most are: whatever the sign there, a classifier of no use is part of the comparison.
# * The numbers beside the strips are the risks without training noise. Compare them with the share of class 1: a
#   classifier that always answers 0 has just that risk.

# %%
paired_bands(results)[["mean", "half_width", "sign", "constant"]].sel(beta=6.0).to_dataframe().round(4)

# %% [markdown]
# ## Helped by giving up
#
# The square above at $\beta = 11$ shows why constant classifiers must be marked. The gain of $\alpha = 6$ is
# positive, and its sign is not in question.

# %%
trap = compare(square, alpha=[0.0, 3.0, 6.0], beta=11.0)
trap.gain

# %% [markdown]
# But what training noise did was to remove the last place where the smoothed classifier answered 1. Most of that
# place was class 0 between the discs, so that a classifier that always answers 0 is a little better: its risk is
# 0.629, the share of class 1. `constant` says so, and so do the picture and the share of the data to which $g$ gives
# class 1.

# %%
trap.risk.value, trap.share, trap.constant

# %%
plane.draw(square, alpha=6.0, beta=11.0).figure
