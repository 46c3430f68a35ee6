"""Base classifiers by rule: which class each point is given, and which points stay undecided."""
