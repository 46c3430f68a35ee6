"""The line: regions are unions of intervals, votes and risks are signed sums of cdfs."""
