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
# # The certified risk: what training noise is good for
#
# Smoothing is done for certificates: if the votes at $x$ are clear enough, no perturbation of norm at most $\epsilon$
# can change the answer. The certified risk is the share of the data that is not certified as its true class. Training
# noise may help it even where it harms the clean risk, and for two Gaussians it is known exactly by how much.

# %%
# %matplotlib inline
import numpy as np

from figures import curves, phase
from simulate.experiments.series import Series
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from theory import (
    adversarial_risk,
    best_alpha,
    best_alphas,
    certified_gain,
    certified_risk,
    gain,
    regimes,
    train,
)

# %% [markdown]
# ## Two Gaussians
#
# Class 1 is $N(\mu, s^2)$ and class 0 is $N(-\mu, s^2)$, with $\mu = 2$, $s = 1$ and $P(Y{=}1) = 0.2$.

# %%
problem = regimes.two_gaussians(dim=1, separation=4.0, prior=0.2)
problem

# %% [markdown]
# Whatever the smoothing noise, training noise hurts the clean risk: it moves the threshold further towards the rarer
# class, which is answered less often, and smoothing leaves it there.

# %%
[train(problem, alpha).intervals for alpha in (0.0, 0.5, 1.0)]

# %%
gain(problem, alpha=[0.5, 1.0], beta=[[0.3], [1.0], [3.0]])

# %% [markdown]
# ## The bridge identity
#
# The threshold that training noise $\alpha$ chooses is also the one with the least adversarial risk at some radius. A
# larger radius makes the classes seem nearer to each other, and so does noise; the two agree at
# $$\alpha_*^2 = \frac{s^2 \epsilon}{|\mu| - \epsilon}.$$
# For half-spaces the certificate of Gaussian smoothing is tight, so that this $\alpha_*$ is best for the certified risk
# as well, for every smoothing noise and every prior. At $\epsilon = \frac12$:

# %%
eps, mu, scale = 0.5, 2.0, 1.0
star = float(np.sqrt(scale**2 * eps / (mu - eps)))
star

# %%
found = [best_alpha(problem, beta, eps) for beta in (0.3, 1.0, 3.0)]
[optimum.alpha - star for optimum in found]

# %% [markdown]
# The clean risk is hurt by this noise, and the certified risk helped. The columns are $\alpha = 0$, $\alpha_*$ and 1,
# the rows the three smoothing noises.

# %%
certified_risk(problem, [0.0, star, 1.0], [[0.3], [1.0], [3.0]], eps).value.round(7)

# %%
gain(problem, star, 1.0).value, certified_gain(problem, star, 1.0, eps).value

# %% [markdown]
# Another prior changes the risks and not $\alpha_*$.

# %%
best_alpha(regimes.two_gaussians(dim=1, separation=4.0, prior=0.4), 1.0, eps).alpha - star

# %% [markdown]
# ## The map over training noise and radius
#
# The certified gain over $(\alpha, \epsilon)$ at $\beta = 1$. Along the bottom, $\epsilon = 0$, it is the clean gain,
# and training noise hurts. The higher the radius, the more noise is best, and the dashed curve is the formula above.

# %%
family = Family("two-gaussians", {"dim": 1, "separation": 4.0, "prior": 0.2})
dataset = sweep(family, Axis("alpha", 0.0, 3.0, 65), Axis("eps", 0.0, 1.8, 65), {"beta": 1.0})
radii = np.linspace(0.0, 1.79, 101)
noises = scale * np.sqrt(radii / (mu - radii))
phase.draw(dataset.assign(bridge_x=("bridge_point", noises), bridge_y=("bridge_point", radii))).figure

# %% [markdown]
# No grid is needed to check it. Best training noises by search, less the formula, at six radii:

# %%
some = np.array([0.1, 0.3, 0.6, 0.9, 1.2, 1.5])
searched = np.array([best_alpha(problem, 1.0, radius).alpha for radius in some])
np.abs(searched - scale * np.sqrt(some / (mu - some))).max()

# %% [markdown]
# ## Certified and adversarial risk
#
# A certificate is a guarantee and may leave something on the table. The adversarial risk counts only the points that
# some perturbation does turn, and is never above the certified risk. For half-spaces the two are equal:

# %%
both = [risk(problem, star, 1.0, [0.25, 0.5, 1.0]).value for risk in (certified_risk, adversarial_risk)]
both[0] - both[1]

# %% [markdown]
# With three narrow bumps of class 1 before a wide class 0 they are not. At $\beta = 0.5$:

# %%
bumps = regimes.bumps()
radii = np.linspace(0.0, 1.0, 101)
series = Series("eps", radii, {"x_label": r"radius $\epsilon$ (units of $x$)", "y_label": "risk"})
series.curve(r"certified, $\alpha = 0$", certified_risk(bumps, 0.0, 0.5, radii).value)
series.curve(r"adversarial, $\alpha = 0$", adversarial_risk(bumps, 0.0, 0.5, radii).value)
series.curve(r"certified, $\alpha = 0.3$", certified_risk(bumps, 0.3, 0.5, radii).value)
series.curve(r"adversarial, $\alpha = 0.3$", adversarial_risk(bumps, 0.3, 0.5, radii).value)
curves.draw(series.dataset()).figure

# %% [markdown]
# Here the training noise hurts a little without a perturbation, lowers both risks at small radii, and raises the
# certified one again at larger ones. The gain in certified risk by radius:

# %%
at = [0.0, 0.1, 0.2, 0.3, 0.4, 0.6]
dict(zip(at, certified_gain(bumps, 0.3, 0.5, at).value.round(4).tolist(), strict=True))

# %% [markdown]
# The largest gap between what is certified and what is true at each training noise, and where it lies:

# %%
gaps = {
    name: series.values[f"certified, {name}"] - series.values[f"adversarial, {name}"]
    for name in (r"$\alpha = 0$", r"$\alpha = 0.3$")
}
{name: (float(gap.max().round(3)), float(radii[gap.argmax()])) for name, gap in gaps.items()}

# %% [markdown]
# ## Where there is no formula
#
# Beyond half-spaces the best noise for a certificate depends on the smoothing noise as well. For two Gaussians about
# one centre in ten dimensions, rows are smoothing noises and columns are the radii 0, 0.2 and 0.4.

# %%
concentric = regimes.concentric(dim=10)
[[round(best_alphas(concentric, [beta], radius)[0].alpha, 3) for radius in (0.0, 0.2, 0.4)] for beta in (0.3, 0.6)]
