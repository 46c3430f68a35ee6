"""What the figures of the gallery say, two sentences each, by the name of the recipe."""

from __future__ import annotations

WORDS = {
    "pipeline": (
        "One density on its way from the data to the smoothed risk, without training noise on the left and with it "
        "on the right. Training noise widens what the classifier takes for class 1, and smoothing takes some of it "
        "away."
    ),
    "pipeline-film": (
        "The same while both noises move, beside their way through the phase diagram and the risk over all training "
        "noises. At smoothing noise .6, which loses the bump in the middle, training noise .25 wins it back and more "
        "than .463 hurts; at smoothing noise .2 there is next to nothing to win back."
    ),
    "plane": (
        "The same in the plane: a pair of Gaussians and labelled discs, the boundary of the trained classifier and "
        "that after smoothing. Smoothing rounds corners and shrinks what is convex; training noise may move "
        "against it."
    ),
    "phase-bumps": (
        "Three narrow bumps of class 1 in a wide class 0. Training noise hurts at small smoothing noise and helps "
        "in a narrow range before smoothing makes the classifier constant; the black curve is gain = 0, traced "
        "exactly."
    ),
    "phase-bumps-in": (
        "Three narrow bumps of class 1 in a wide class 0, in 1, 2, 10 and 784 dimensions. The more dimensions, the "
        "less smoothing leaves one class, and the more of that a training noise about as large wins back."
    ),
    "phase-stripes": (
        "Three stripes of width 1 at distance .3 in an infinite background; risks are lengths. Training noise "
        "of .22 closes the gaps between them beforehand, and so wins back much of what stronger smoothing would lose."
    ),
    "phase-two-gaussians": (
        "Two Gaussians of one scale with unequal priors. Training noise hurts everywhere under the posterior rule, "
        "because it moves the threshold and smoothing does not move it back."
    ),
    "phase-anisotropic": (
        "A round and a long Gaussian in the plane. Training noise of about six tenths of the smoothing noise, the "
        "ratio of the small-noise law, is best far beyond the small noises for which the law is proved."
    ),
    "phase-concentric": (
        "Two Gaussians about one centre in 2, 10, 100 and 3072 dimensions. One training noise undoes the loss from "
        "smoothing completely; the range of smoothing noise in which there is anything to undo shrinks as the "
        "dimension grows."
    ),
    "phases-dimension": (
        "The risk of two concentric Gaussians over both noises in 10, 100 and 1000 dimensions and in the limit. Phases "
        "sharpen: both classes are right in a wedge that holds alpha = beta, and outside one of them is lost. The best "
        "training noise tends to a curve inside the wedge, below alpha = beta."
    ),
    "interference-stripes": (
        "Stripes at growing distance: gain over training noise at smoothing noise 1, and over smoothing noise at "
        "training noise .3. Training noise helps where it closes the gaps before smoothing has its turn (up to .4 "
        "for noise .3), and hurts at little smoothing."
    ),
    "interference-width": (
        "The most that training noise can win on a row of intervals of width 1, over both noises, against the gap. It "
        "wins nothing once gaps are as wide as the intervals, and up to about two intervals just below, the more "
        "intervals the nearer; circles: up to where it can fill the midpoint of an inner gap, one nearest the middle."
    ),
    "interference": (
        "Discs at random places with a least gap, at one density. At smoothing noise 8 training noise hurts at "
        "every gap; what decides is the smoothing noise, and the gain changes sign at about 11."
    ),
    "disc-experiment": (
        "The published disc experiment with exact risks and 200 paired draws, but with Euclidean gaps. Training noise "
        "helps only where smoothing has all but destroyed the classifier; the best constant answer is drawn beside it."
    ),
    "disc-experiment-max": (
        "The same with gaps in the maximum norm, as published, and 40 paired draws: fewer discs find a place. Training "
        "noise hurts or cannot be told from none; the least means below 0 are where most classifiers are constant."
    ),
    "certified-map": (
        "Certified gain over radius and training noise for two Gaussians of unequal priors, with the curve that "
        "the bridge identity predicts for the best noise. Noise that always hurts the clean risk helps the "
        "certified one."
    ),
    "certified-adversarial": (
        "Risk certified by smoothing and true adversarial risk of the same classifiers: what a certificate leaves "
        "on the table. Up to a radius of about one third training noise lowers both, beyond that it raises the "
        "certified one."
    ),
    "best-alpha": (
        "The best training noise against the smoothing noise in four regimes, with the ray of the small-noise law, "
        "and beside them what was published for two image datasets, in the units of pixels, with bars over what "
        "cannot be told from the best there. It is mostly below the smoothing noise, and jumps, which leaves gaps, "
        "where another part of the classifier becomes worth saving."
    ),
    "small-noise": (
        "Exact excess risk without training noise over what the curvature-diffusion law predicts. All curves tend "
        "to 1 as the noise vanishes, at the rate of its square."
    ),
    "vanishing": (
        "The smoothing noise at which a ball vanishes, in units of its radius, falls like one over the root of the "
        "dimension. Training noise shrinks the ball first and so lowers the threshold; at alpha_0 it takes all of it."
    ),
    "rules": (
        "Posterior against regression training: one compares noised densities, the other blurs the label. For two "
        "Gaussians the posterior rule hurts and the regression rule changes nothing; for intervals the two help "
        "alike and part only at large noise."
    ),
    "off-support": (
        "Clean risk for three choices of the label where there is no data. The choice moves the risk more than "
        "training noise does, so a gain is measured against the choice made for its opponent."
    ),
    "votes": (
        "The risk of the deployed classifier against its number of votes, at the numbers with dots. With few "
        "votes training noise helps and with many it hurts: a finite number of votes can turn the answer round."
    ),
    "votes-ratio": (
        "The best training noise over the smoothing noise against the number of votes. With one vote it is the "
        "smoothing noise for every distribution; with many it is whatever the distribution makes it, from none to more "
        "than the smoothing noise."
    ),
    "error-budget": (
        "Where the excess risk of a flexible classifier goes, to leading order, for three numbers of samples and 51 "
        "votes at smoothing noise .4: votes, the bias of both noises together and sampling, stacked. More samples ask "
        "for less training noise, down to the one that undoes the bias of smoothing; simulated risks lie above the "
        "leading order where samples are few."
    ),
    "samples-phase": (
        "Least squares on n samples in d dimensions: the gain over samples per dimension and training noise. Noise "
        "helps exactly between the two dashed lines, which a law gives, around the peak n = d."
    ),
    "double-descent": (
        "The risk of least squares against samples per dimension. Without noise it has a peak of 1/2 at n = d, where "
        "more data hurt; training noise takes the peak away, and the best noise makes the risk fall all the way."
    ),
    "samples-best-alpha": (
        "The best training noise against samples per dimension for two linear rules, for the clean risk and certified "
        "ones. As data abound that of lda falls to the best noise of infinite data, 0 for the clean risk, without "
        "reaching it; that of least squares for the clean risk reaches 0 at a finite n/d."
    ),
    "copies": (
        "The best training noise of lda at equal priors against the number of noisy copies of each sample. With one "
        "copy every noise hurts; small noise begins to help at the number of copies that a law gives, marked below."
    ),
    "networks-rules": (
        "Networks trained on 1000 and on 100 000 samples of problems whose truth is known, beside the exact rules. "
        "Perceptrons come to follow the posterior rule and never the regression rule; that they stay below it for two "
        "Gaussians at much noise is training that ends too early."
    ),
    "agreement": (
        "Exact risks against simulated ones over a map, each cell with draws of its own. Where both sides are right "
        "the scores are independent and normal, and in 95 of 100 such maps all of them lie in the band, as here."
    ),
    "networks-best-alpha": (
        "The best training noise of networks on images against the smoothing noise, with all noises that cannot be "
        "told from the best. Some is best even without smoothing; with much smoothing the best lies below "
        "alpha = beta, where a single vote has it, as the published points do."
    ),
    "networks-class-shares": (
        "Where the votes of networks without training noise go: the share of the class with most. The farther "
        "smoothing leads from the data the more of them one class gets, most of all where convolutions answer, while "
        "the nearest neighbour stays near 1/K."
    ),
    "networks-off-data": (
        "How much of what training noise gains is about places without data: the share that comes from letting the "
        "nearest training point answer there for a network that never saw noise. At 1 it is all of it; beyond, the "
        "gate does better than training noise."
    ),
}
