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
# # Networks on real data
#
# The exact side answers for distributions that are written down. Here networks are trained on images, with noise of
# scale $\alpha$ and without, and smoothed by votes with noise of scale $\beta$. For which $\alpha$ is the smoothed
# network best? And why does training noise help: because the network learns a better rule where the data are, or
# because it learns to say something sensible where they are not?

# %%
# %matplotlib inline
from tempfile import TemporaryDirectory

import pandas as pd

import noisewise as nw
from simulate.experiments import network_recipes
from simulate.storage import open_dataset

# %% [markdown]
# ## A small experiment
#
# Threes and eights of 8 x 8 pixels, networks with two hidden layers. All networks of one seed start alike and have the
# same budget. The interval of a gain is that of new networks on new points; few networks make it wide.

# %%
data = nw.load_data("digits", classes=("3", "8"))
data.x.shape, data.x_test.shape, data.unit

# %%
folder = TemporaryDirectory()
plan = nw.NetworkPlan(model="mlp", seeds=3, epochs=250, votes=50)
trained = nw.train_networks(
    data, alpha=[0.0, 0.5, 1.0], beta=[0.0, 0.5, 1.0, 2.0], plan=plan, store=nw.NetworkStore(folder.name)
)
trained["mean_risk"].to_pandas().round(3)

# %% [markdown]
# Under strong smoothing training noise seems to help; but what three networks and 71 points can tell of it is little.
# The gain with its ends, and the alphas that cannot be told from the best:

# %%
trained[["gain", "gain_low", "gain_high", "best"]].sel(beta=2.0).to_dataframe().drop(columns="beta").round(3)

# %% [markdown]
# Without training noise, which share of all votes goes to the class with most? About half of the test points are of
# each class, so that .5 is what a good rule has.

# %%
trained["largest"].sel(alpha=0.0).mean("seed").to_pandas().round(2)

# %%
trained.noisewise.plot().figure

# %% [markdown]
# ## The study
#
# Three data sets with all their classes, networks without and with hidden layers, and beside them a nearest neighbour,
# which needs no training. It takes hours and is kept with the gallery; `noisewise figures networks-best-alpha` makes it
# again.

# %%
studies = {
    name: open_dataset(f"figures/gallery/networks-{name}.nc", ("best_alpha", "largest", "share_all"), "figures")
    for name in ("digits", "mnist5k", "fashion-mnist")
}
{name: {key: int(study.attrs[key]) for key in ("samples", "test", "votes")} for name, study in studies.items()}

# %% [markdown]
# ### Which training noise is best?
#
# Bars are the alphas that cannot be told from the best. The ray is the small-noise law of two concentric Gaussians in
# as many dimensions; one vote would ask for $\alpha = \beta$.

# %%
network_recipes.draw_best(list(studies.values()), 2)[0].figure

# %% [markdown]
# ### What do networks without training noise say?
#
# The share of all votes that goes to the class with most, over the smoothing noise. With ten classes it is about .1
# where votes are right, and 1 where the smoothed network is a constant.

# %%
network_recipes.draw_shares(list(studies.values()), 2)[0].figure

# %% [markdown]
# ### How much of the benefit is about places without data?
#
# A gate leaves the network without training noise its answer near the training points, and takes that of the nearest
# one elsewhere. What it gains, divided by what the best training noise gains, is the share of "training noise helps"
# that is about the answer off the data. The best noise is chosen on other test points than those that measure it, and
# the interval, Fieller's, holds for new networks and points; it is bounded only where there is a benefit to speak of.

# %%
network_recipes.draw_off_data(list(studies.values()), 2)[0].figure

# %% [markdown]
# Over all smoothing noises above 0 together, where it is determined:

# %%
shares = ["share_all", "share_low_all", "share_high_all", "determined_all"]
table = pd.concat({name: study[shares].to_dataframe() for name, study in studies.items()})
table.query("determined_all").drop(columns="determined_all").round(2)

# %% [markdown]
# 1 means that the nearest point's class, off the data, does all that training noise does; above 1, that it does more.
# What is left to training noise is seen at $\beta = .9$: each network without and with the best of it, the former with
# the gate, and the nearest neighbour.

# %%
pd.concat(
    {
        name: pd.DataFrame(
            {
                "without": study["risk"].sel(alpha=0.0, beta=0.9, classifier=study["model"]).to_numpy(),
                "gated": study["gated"].sel(beta=0.9).to_numpy(),
                "best": study["risk"].sel(beta=0.9, classifier=study["model"]).min("alpha").to_numpy(),
                "nearest": study["risk"].sel(alpha=0.0, beta=0.9, classifier="nearest").item(),
            },
            index=study["model"].to_numpy(),
        )
        for name, study in studies.items()
    }
).round(3)

# %% [markdown]
# ## A law for two classes, and its exact map
#
# For the threes and eights a Gaussian mixture has an exact answer. In the two directions in which they vary most,
# two Gaussians a class:

# %%
fitted = nw.fit_problem(data, components=2)
fitted.bayes, f"{fitted.wrong} of {fitted.held} held-out points on the wrong side"

# %%
nw.phase(fitted.problem, "beta=0:1:7", "alpha=0:1:7", curves=False).noisewise.plot().figure

# %% [markdown]
# The rule that is ideal for these two coordinates has an answer everywhere, and training noise only hurts it. What a
# network says off its data is not in this map; the study above measures it.
