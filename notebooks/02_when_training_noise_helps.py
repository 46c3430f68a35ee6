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
# # When does training noise help?
#
# A map of the gain $R(0, \beta) - R(\alpha, \beta)$ over all pairs of noises answers the question for one problem at a
# glance. Three problems follow, in which training noise always hurts, undoes the harm of smoothing completely, or does
# the one or the other; then sliders that change a problem while you watch. Every cell is exact.

# %%
# %matplotlib inline
import numpy as np

from figures import curves, phase
from simulate.experiments.series import Series
from simulate.live.explore import explore
from simulate.sweep.axes import Axis, Family
from simulate.sweep.curves import add_curves
from simulate.sweep.sweep import sweep
from theory import bayes_risk, best_alpha, best_alphas, gain, train, zero_gain_curve

# %% [markdown]
# ## It always hurts
#
# Two Gaussians of one scale, class 1 with a prior of only 0.2. The best rule is a threshold. Smoothing does not move a
# threshold, so there is nothing to gain; but noised data overlap more, the prior counts for more, and training noise
# pushes the threshold away from where it should be.

# %%
gaussians = Family("two-gaussians", {"dim": 1, "prior": 0.2})
beta, alpha = Axis("beta", 0.02, 2.0, 48), Axis("alpha", 0.0, 2.0, 49)
always = sweep(gaussians, beta, alpha)
always["label"].to_series().value_counts()

# %% [markdown]
# The neutral cells are those of $\alpha = 0$. In the map all columns are the same.

# %%
phase.draw(always).figure

# %%
best_alpha(gaussians.at(), beta=1.0)

# %% [markdown]
# ## It undoes the harm completely
#
# Two Gaussians about one centre in ten dimensions, class 0 the narrow one. The best rule says 0 in a ball. Smoothing
# makes the ball smaller, training noise makes it larger, and one training noise puts it back exactly.

# %%
concentric = Family("concentric", {"dim": 10})
found = sweep(concentric, Axis("beta", 0.02, 1.6, 48), Axis("alpha", 0.0, 2.0, 49))
undone = add_curves(found, concentric, Axis("beta", 0.02, 1.6, 48), Axis("alpha", 0.0, 2.0, 49))
phase.draw(undone).figure

# %% [markdown]
# Below the solid curve training noise helps, on the dotted one it is best. There the risk is the Bayes risk, however
# much is lost without training noise:

# %%
problem = concentric.at()
optima = best_alphas(problem, [0.2, 0.5, 0.8])
[optimum.risk.value - bayes_risk(problem).value for optimum in optima]

# %%
[optimum.gain.value for optimum in optima]

# %% [markdown]
# Hatched cells are those in which one of the two smoothed classifiers gives (all but) one class; a sign means nothing
# there.
#
# ## It depends
#
# Three stripes of width 1, 0.3 apart, in an infinite background. Enough training noise closes the gaps beforehand.

# %%
stripes = Family("stripes", {"gap": 0.3})
beta, alpha = Axis("beta", 0.3, 1.5, 25), Axis("alpha", 0.0, 1.5, 25)
both = add_curves(sweep(stripes, beta, alpha), stripes, beta, alpha)
phase.draw(both).figure

# %% [markdown]
# The best training noise is 0 at little smoothing, and beyond that a constant. It is the noise at which the gaps have
# just closed: a little less leaves three intervals, a little more makes one.

# %%
[(optimum.beta, round(optimum.alpha, 5)) for optimum in best_alphas(stripes.at(), [0.2, 1.0], upper=1.5)]

# %%
[len(train(stripes.at(), alpha).intervals) for alpha in (0.222, 0.223)]

# %% [markdown]
# ## The best training noise
#
# Against the smoothing noise, for the two problems in which there is one to speak of. It lies below $\alpha = \beta$;
# for the concentric pair it is nearly proportional to $\beta$.

# %%
betas = np.linspace(0.1, 1.1, 6)
series = Series("beta", betas, {"x_label": r"smoothing noise $\beta$", "y_label": r"best $\alpha$"})
series.curve("concentric", [optimum.alpha for optimum in best_alphas(problem, betas)])
series.curve("stripes", [optimum.alpha for optimum in best_alphas(stripes.at(), betas, upper=1.5)])
series.curve(r"$\alpha = \beta$", betas, "guide")
curves.draw(series.dataset()).figure

# %% [markdown]
# ## The curve gain = 0
#
# The curves in the maps are not read off the cells. Each of their points is a root of the exact gain, or a place where
# the gain jumps across 0.

# %%
lines = zero_gain_curve(problem, ("beta", 0.2, 1.0), ("alpha", 0.1, 2.0), seeds=9)
[(line.kind, line.points.shape) for line in lines]

# %%
max(float(abs(gain(problem, x[1], x[0]).value)) for line in lines for x in line.points[::8])

# %% [markdown]
# ## Move it yourself
#
# Sliders over the parameters of a problem, beside a map of 64 by 64 exact cells that follows them. Bring the bumps
# nearer to each other, or make them wider: the region in which training noise helps opens and closes. A click on the
# map shows what happens at a point. Any problem will do, a regime, a file or one of your own:
# `explore("concentric", dim=100)`, `explore("mine.toml")`. The same opens in a browser with `noisewise explore`.
# Without a running kernel there is a picture of the map in its place.

# %%
explorer = explore("bumps", alpha=(0, 1.2), beta=(0.05, 1.6), cells=64, spacing=1.5)
explorer

# %% [markdown]
# A slider can be moved by a program as well. The largest gain in the map at a spacing of 0.6, and the command that
# makes this map:

# %%
explorer.move("spacing", 0.6)
await explorer.settled()
float(explorer.dataset["gain"].max()), explorer.view.command()
