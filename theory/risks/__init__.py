"""The questions: risks and gains, best training noise, where the gain vanishes, derivatives, small noise."""
