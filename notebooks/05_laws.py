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
# # A tour of the laws
#
# What can be said about training noise and smoothing in general: statements with their conditions, each beside a number
# or a picture that shows it at work. They are proved elsewhere; here they are watched. All numbers are exact.
#
# $f_\alpha$ is the classifier trained with noise $\alpha$, $g_{\alpha,\beta}$ the same after smoothing with $\beta$,
# and $R(\alpha, \beta)$ its risk.

# %%
# %matplotlib inline
import numpy as np
from scipy.stats import chi2

from figures import curves, phase, pipeline
from simulate.experiments.series import Series
from simulate.sweep import sweep
from simulate.sweep_axes import Axis, Family
from theory import (
    Component,
    Gaussian,
    MixtureProblem,
    bayes_risk,
    best_alpha,
    best_alphas,
    certified_gain,
    clean_risk,
    gain,
    regimes,
    small_noise,
    smooth,
    train,
    with_overrides,
)
from theory.symbolic import DERIVATIONS

# %% [markdown]
# ## 1. Half-spaces do not feel smoothing
#
# If $f$ is a half-space and the noise is symmetric, then $g = f$ at every $\beta$.

# %%
gaussians = regimes.two_gaussians(dim=1, prior=0.2)
trained = train(gaussians, alpha=0.7)
trained.intervals, [smooth(trained, beta).intervals for beta in (0.5, 2.0, 10.0)]

# %% [markdown]
# ## 2. Unequal priors: training noise hurts
#
# Two Gaussians with a common scale, prior not $\frac12$, posterior rule: every training noise hurts at every smoothing
# noise, and the risk rises to that of the constant classifier, here 0.2.

# %%
clean_risk(gaussians, [0.0, 0.5, 1.0, 2.0, 5.0, 20.0], beta=1.0).value

# %% [markdown]
# Under the regression rule the same problem has no gain and no loss at all: all that is left is rounding.

# %%
gain(with_overrides(gaussians, {"training.rule": "regression"}), [0.5, 1.0, 2.0], beta=1.0)

# %% [markdown]
# ## 3. The bridge between noise and radius
#
# For two Gaussians $N(\pm\mu, s^2)$ the certified risk at $\epsilon$ is least at
# $\alpha_*^2 = s^2 \epsilon / (|\mu| - \epsilon)$, whatever $\beta$ and the prior. So noise that hurts the clean risk
# helps the certified one. Here $|\mu| = s = 1$ and $\epsilon = \frac12$, hence $\alpha_* = 1$.

# %%
[best_alpha(gaussians, beta, eps=0.5).alpha for beta in (0.5, 2.0)]

# %%
gain(gaussians, 1.0, 0.5).value, certified_gain(gaussians, 1.0, 0.5, 0.5).value

# %% [markdown]
# ## 4. Compensation
#
# Two Gaussians about one centre, class 1 the wide one, prior at most $\frac12$. Class 0 is predicted in a ball, which
# smoothing makes smaller and training noise larger. For each $\beta$ one $\alpha_*$ undoes the loss completely: what is
# left over the Bayes risk is rounding.

# %%
pair = regimes.concentric()
optima = best_alphas(pair, [0.3, 0.8])
[(optimum.alpha, optimum.risk.value - bayes_risk(pair).value, optimum.gain.value) for optimum in optima]

# %% [markdown]
# With a prior above $\frac12$ it works up to a certain $\beta$ only: for 0.55 up to 0.90605.

# %%
favoured = regimes.concentric(prior=0.55)
[optimum.risk.value - bayes_risk(favoured).value for optimum in best_alphas(favoured, [0.90, 0.91, 1.0])]

# %% [markdown]
# ## 5. Balls vanish
#
# Smoothing makes a ball of radius $r$ smaller, and nothing is left of it beyond $\beta = r / \sqrt{m_d}$, $m_d$ the
# median of the chi-squared law with $d$ degrees of freedom. In the plane that is 0.8493 $r$:

# %%
[(d, round(float(1 / np.sqrt(chi2.median(d))), 5)) for d in (1, 2, 3, 10, 100, 784, 3072)]

# %%
[smooth(train(regimes.ball(), 0.0), beta).intervals for beta in (0.8493, 0.8494)]

# %% [markdown]
# ## 6. Isolated sets: training noise hurts
#
# Regression rule, one convex set in an infinite background: training noise shrinks it, smoothing shrinks what is left.
# A disc of radius 10 at $\beta = 8$, with $\alpha = 0$, 2 and 4, and the gains of the latter two, in units of area:

# %%
disc = regimes.ball(radius=10.0)
[smooth(train(disc, alpha), 8.0).intervals for alpha in (0.0, 2.0, 4.0)]

# %%
gain(disc, [2.0, 4.0], 8.0).value

# %% [markdown]
# With noise of bounded reach it holds for many sets, if they are farther apart than twice the larger noise. Stripes at
# a gap of 3, uniform noises up to 1.5: the largest gain on a grid of noises is 0 within rounding.

# %%
uniform = {"training.noise": "uniform", "smoothing.noise": "uniform"}
apart = with_overrides(regimes.stripes(gap=3.0), uniform)
gain(apart, np.linspace(0, 1.5, 31)[:, None], np.linspace(0.1, 1.5, 29)).value.max()

# %% [markdown]
# ## 7. Close sets: training noise can help
#
# Stripes at a gap of 0.3. Rows are $\beta = 0.4$ and 1, columns $\alpha = 0$ and 0.3.

# %%
close = regimes.stripes(gap=0.3)
clean_risk(close, [0.0, 0.3], [[0.4], [1.0]]).value

# %%
phase.draw(sweep(Family("stripes"), Axis("beta", 0.02, 1.5, 48), Axis("alpha", 0.0, 1.5, 49))).figure

# %% [markdown]
# ## 8. Comparison
#
# Smoothing is monotone: if $f \le f'$ then $g \le g'$. So training noise helps by moving the boundary against the
# motion that smoothing causes, and cannot hurt as long as it does not move it too far. For the concentric pair the
# radii of the ball of class 0 are: of the best rule; after smoothing; with a little training noise; with the best one.

# %%
noises = [(0.0, 0.0), (0.0, 0.8), (0.3, 0.8), (optima[1].alpha, 0.8)]
[smooth(train(pair, alpha), beta).intervals[0][0] for alpha, beta in noises]

# %%
gain(pair, [0.3, optima[1].alpha], 0.8).value

# %% [markdown]
# ## 9. Noise removes boundaries
#
# On the line, Gaussian noise never adds a decision boundary, neither in training nor in smoothing. Six bumps, 0.8
# apart: how many intervals are left as $\alpha$ grows, and then as $\beta$ grows.

# %%
six = regimes.bumps(count=6, spacing=0.8, scale=0.2)
[len(train(six, alpha).intervals) for alpha in np.linspace(0.0, 0.6, 13)]

# %%
[len(smooth(train(six, 0.0), beta).intervals) for beta in np.linspace(0.02, 0.8, 14)]

# %%
pipeline.draw(six, alpha=0.2, beta=0.3).figure

# %% [markdown]
# ## 10. Small noise: curvature against diffusion
#
# Smoothing moves a curved boundary inward by $\frac12\beta^2 H$, $H$ its curvature; training noise moves it outward by
# $\frac12\alpha^2 \Delta s / |\nabla s|$, $s$ the signed density. To leading order the risk above the Bayes risk is
# $$\frac18 \int |\nabla s| \left(\alpha^2 \frac{\Delta s}{|\nabla s|} - \beta^2 H\right)^2 dS,$$
# the integral over the boundary. The exact excess over that of the law tends to 1:

# %%
betas = np.geomspace(0.03, 1.0, 10)
series = Series("beta", betas, {"x_label": r"smoothing noise $\beta$", "y_label": "exact / law", "x_scale": "log"})
plane = regimes.concentric(dim=2)
law, best = small_noise(plane), bayes_risk(plane).value
series.curve("the law", 1.0, "guide")
predicted = np.array([law.excess(0.0, beta) for beta in betas])
series.curve(r"$\alpha = 0$", (clean_risk(plane, 0.0, betas).value - best) / predicted)
predicted = np.array([law.excess(0.4 * beta, beta) for beta in betas])
series.curve(r"$\alpha = 0.4 \beta$", (clean_risk(plane, 0.4 * betas, betas).value - best) / predicted)
curves.draw(series.dataset()).figure

# %% [markdown]
# The best training noise is a fixed share of the smoothing noise, predicted by the law and found by search:

# %%
law.ratio, [optimum.alpha / optimum.beta for optimum in best_alphas(plane, [0.05, 0.2, 0.8])]

# %% [markdown]
# For a round and a long Gaussian in the plane the share is another one.

# %%
small_noise(regimes.anisotropic()).ratio

# %% [markdown]
# ## 11. Large noise
#
# With equal priors and different means, $f_\alpha$ tends to a half-space that knows the class means and mean squares
# only: $x (m_1 - m_0) \ge \frac12 (E_1 X^2 - E_0 X^2)$. Here $m_0 = -1$, $E_0 X^2 = 2$; $m_1 = 1.75$ and $E_1 X^2 =
# 0.09 + \frac12(0.25 + 9)$.

# %%
narrow = (Component(Gaussian(0.5, 0.3)), Component(Gaussian(3.0, 0.3)))
skew = MixtureProblem(0.5, 1, (Component(Gaussian(-1.0, 1.0)),), narrow)
threshold = (0.09 + 0.5 * (0.25 + 9) - 2) / 2 / (1.75 + 1)
[train(skew, alpha).intervals[0][0] - threshold for alpha in (1.0, 10.0, 100.0)]

# %% [markdown]
# ## 12. What changes nothing
#
# Data and noises scaled together; classes exchanged together with their prior; a factor that both classes share.

# %%
doubled = regimes.bumps(count=3, spacing=4.0, scale=0.6, background=4.0)
gain(regimes.bumps(), 0.3, 0.5).value, gain(doubled, 0.6, 1.0).value

# %%
exchanged = MixtureProblem(1 - pair.prior, pair.dim, pair.class1, pair.class0)
gain(pair, 0.3, 0.8).value, gain(exchanged, 0.3, 0.8).value

# %%
[gain(regimes.two_gaussians(dim=dim, prior=0.2), 0.5, 1.0).value for dim in (1, 2, 1000)]

# %% [markdown]
# ## Derived, not quoted
#
# The closed forms above are derived by SymPy from the definitions: the threshold of two Gaussians, the bridge, the
# radius of the concentric pair and that it grows, the small-noise law and its limit in many dimensions, the half-space
# of large noise.

# %%
DERIVATIONS["bridge"]()

# %%
DERIVATIONS["radius-grows"]()

# %%
DERIVATIONS["small-noise"]()

# %% [markdown]
# Numbers go in by name. The squared ratio of the small-noise law for scales 1 and 1.5 in the plane, against the one
# from boundary integrals, and its limit in many dimensions:

# %%
DERIVATIONS["small-noise"]().at(dim=2, spread=2.25), law.ratio**2, DERIVATIONS["many-dimensions"]().at(spread=2.25)
