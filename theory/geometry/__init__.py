"""The geometries in which risks are exact. Each answers three questions: positive region, vote level set, mass."""
