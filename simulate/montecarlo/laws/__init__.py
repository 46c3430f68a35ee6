"""Densities, masses and sampling tables of the components, this side's own."""
