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
# What can be said about training noise and smoothing in general: statements with their conditions, each with a picture
# that shows it at work and with its verdict. A law is *proved* where SymPy derives it or ball arithmetic encloses its
# examples, *verified* where an attack by random problems and an optimiser found nothing, *refuted* where it found a
# counterexample and proved that. `noisewise theorems` does the same with a thousand cases each; here it is ten.
#
# $f_\alpha$ is the classifier trained with noise $\alpha$, $g_{\alpha,\beta}$ the same after smoothing with $\beta$,
# and $R(\alpha, \beta)$ its risk.

# %%
# %matplotlib inline
import numpy as np
from scipy.stats import chi2

from figures import curves, phase, pipeline
from simulate.experiments.series import Series
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from theory import (
    Component,
    Gaussian,
    MixtureProblem,
    bayes_risk,
    best_alpha,
    best_alphas,
    certified_gain,
    certified_risk,
    clean_risk,
    gain,
    regimes,
    small_noise,
    smooth,
    train,
    with_overrides,
)
from theory.proof import Prover
from theory.symbolic import DERIVATIONS
from theory.theorems import LAWS

CASES = 10
alphas = np.linspace(0.0, 3.0, 61)

# %% [markdown]
# ## 1. Half-spaces do not feel smoothing
#
# If $f$ is a half-space and the noise is symmetric, then $g = f$ at every $\beta$.

# %%
gaussians = regimes.two_gaussians(dim=1, prior=0.2)
trained = train(gaussians, alpha=0.7)
trained.intervals, [smooth(trained, beta).intervals for beta in (0.5, 2.0, 10.0)]

# %%
pipeline.draw(gaussians, alpha=0.7, beta=1.0).figure

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("half-space-smoothing", "half-space-certificate")]

# %% [markdown]
# ## 2. Unequal priors: training noise hurts
#
# Two Gaussians with a common scale, prior not $\frac12$, posterior rule: every training noise hurts at every smoothing
# noise, and the risk rises to that of the constant classifier, here 0.2.

# %%
clean_risk(gaussians, [0.0, 0.5, 1.0, 2.0, 5.0, 20.0], beta=1.0).value

# %%
series = Series("alpha", alphas, {"x_label": r"training noise $\alpha$", "y_label": "risk"})
series.curve("constant classifier", 0.2, "guide")
for beta in (0.5, 2.0):
    series.curve(rf"$\beta = {beta}$", clean_risk(gaussians, alphas, beta).value)
curves.draw(series.dataset()).figure

# %% [markdown]
# The two curves lie on each other: half-spaces do not feel smoothing. For other pairs the harm comes as near to 1 as
# one likes: that is shown on examples whose losses are enclosed by ball arithmetic.

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("prior-shift-harm", "prior-shift-limit", "harm-near-one")]

# %% [markdown]
# Under the regression rule the same problem has no gain and no loss at all: all that is left is rounding.

# %%
gain(with_overrides(gaussians, {"training.rule": "regression"}), [0.5, 1.0, 2.0], beta=1.0)

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("regression-neutral",)]

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

# %%
series = Series("alpha", alphas, {"x_label": r"training noise $\alpha$", "y_label": r"certified risk at $\epsilon$"})
for eps in (0.25, 0.5, 0.75):
    series.curve(rf"$\epsilon = {eps}$", certified_risk(gaussians, alphas, 1.0, eps).value)
curves.draw(series.dataset()).figure

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("bridge",)]

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

# %%
series = Series("alpha", alphas, {"x_label": r"training noise $\alpha$", "y_label": "excess over the Bayes risk"})
for beta in (0.3, 0.8, 1.5):
    series.curve(rf"$\beta = {beta}$", clean_risk(pair, alphas, beta).value - bayes_risk(pair).value)
curves.draw(series.dataset()).figure

# %% [markdown]
# With a prior above $\frac12$ it works up to a certain $\beta$ only: for 0.55 up to 0.90605.

# %%
favoured = regimes.concentric(prior=0.55)
[optimum.risk.value - bayes_risk(favoured).value for optimum in best_alphas(favoured, [0.90, 0.91, 1.0])]

# %%
names = ("radius-grows", "compensation", "full-compensation", "compensation-limit", "two-compensations")
[(name, LAWS[name].check(CASES).verdict) for name in names]

# %% [markdown]
# ## 5. Balls vanish
#
# Smoothing makes a ball of radius $r$ smaller, and nothing is left of it beyond $\beta = r / \sqrt{m_d}$, $m_d$ the
# median of the chi-squared law with $d$ degrees of freedom. In the plane that is 0.8493 $r$:

# %%
[(d, round(float(1 / np.sqrt(chi2.median(d))), 5)) for d in (1, 2, 3, 10, 100, 784, 3072)]

# %%
[smooth(train(regimes.ball(), 0.0), beta).intervals for beta in (0.8493, 0.8494)]

# %%
betas = np.linspace(0.01, 1.55, 155)
series = Series("beta", betas, {"x_label": r"smoothing noise $\beta$ (radii)", "y_label": "radius left"})
for dim in (1, 2, 3, 10):
    bases = [smooth(train(regimes.ball(dim=dim), 0.0), beta).intervals for beta in betas]
    series.curve(f"d = {dim}", [pieces[0][1] if pieces else np.nan for pieces in bases])
curves.draw(series.dataset()).figure

# %%
names = ("balls-shrink", "balls-vanish", "vanishing-noises", "inner-sets-vanish")
[(name, LAWS[name].check(CASES).verdict) for name in names]

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
# The same for Gaussian noises in the plane, as a map: it hurts as long as the disc without training noise is there.

# %%
phase.draw(sweep(Family("ball"), Axis("beta", 0.02, 1.0, 50), Axis("alpha", 0.0, 1.0, 51))).figure

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("isolated-sets", "separated-sets")]

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
# That it helps at one point of the map, proved:

# %%
Prover(close).gain(0.3, 1.0)

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("close-stripes",)]

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

# %%
series = Series("alpha", alphas, {"x_label": r"training noise $\alpha$", "y_label": "radius of class 0"})
radii = [[smooth(train(pair, alpha), beta).intervals[0][0] for alpha in alphas] for beta in (0.0, 0.8)]
series.curve("best rule", radii[0][0], "guide")
series.curve("trained", radii[0])
series.curve(r"smoothed, $\beta = 0.8$", radii[1])
curves.draw(series.dataset()).figure

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("monotone-smoothing", "comparison")]

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
# Laplace noise has no more boundaries than the density either, but can lose some and get them back as $\alpha$ grows;
# uniform training noise makes new ones. Both are shown by examples whose boundaries are counted with proof.

# %%
names = ("gaussian-boundaries", "laplace-boundaries", "smoothing-boundaries")
names += ("laplace-down-and-up", "uniform-training-creates")
[(name, LAWS[name].check(CASES).verdict) for name in names]

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

# %%
[(name, LAWS[name].check(CASES).verdict) for name in ("small-noise-gain", "best-ratio")]

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

# %%
noises = np.geomspace(0.1, 100.0, 61)
series = Series("alpha", noises, {"x_label": r"training noise $\alpha$", "y_label": "threshold", "x_scale": "log"})
series.curve("half-space of large noise", threshold, "guide")
series.curve("largest boundary", [train(skew, alpha).intervals[-1][0] for alpha in noises])
curves.draw(series.dataset()).figure

# %%
names = ("large-noise-majority", "large-noise-half-space", "large-laplace-noise")
[(name, LAWS[name].check(CASES).verdict) for name in names]

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

# %%
series = Series("alpha", alphas, {"x_label": r"training noise $\alpha$ (of the first problem)", "y_label": "gain"})
series.curve("bumps", gain(regimes.bumps(), alphas, 0.5).value)
series.curve("all lengths doubled", gain(doubled, 2 * alphas, 1.0).value)
curves.draw(series.dataset()).figure

# %%
names = ("motions", "rotations", "scaling", "label-swap", "common-factor")
[(name, LAWS[name].check(CASES).verdict) for name in names]

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
