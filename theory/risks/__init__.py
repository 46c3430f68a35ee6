"""The questions: risks and gains of a problem, best training noise, where the gain vanishes, derivatives, small noise."""
