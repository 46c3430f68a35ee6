"""Univariate laws and what noise makes of them: cdfs with native tails, convolutions, their motion, blurred sets, binomials."""
