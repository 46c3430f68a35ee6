"""Figures: datasets and exact results in, matplotlib figures in one style out. Nothing is swept or simulated here.

One file draws one kind of figure and `style` is the look of all; `cells`, `densities`, `phase_marks`, `plane_fields`,
`pipeline_stages`, `disc_statistics` and `order_statistics` are what figures are made of. Which figures the gallery
shows, and of which data, is in simulate/experiments. gallery/ holds what was drawn.
"""
