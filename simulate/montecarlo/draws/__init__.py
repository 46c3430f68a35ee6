"""Random draws: noise and samples from counters, in any order and on any number of devices the same."""
