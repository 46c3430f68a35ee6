"""Axial problems: bodies of revolution about one axis, known by their radius at every place along it."""
