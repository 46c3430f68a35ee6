"""Networks trained on noised data: their votes, and what can be said of risks that are measured on test points."""
