"""Random draws: what is asked for, noise from counters, spread points, and points in balls.

The same on any number of devices and with any memory. Independent X and Y are drawn where they are used, in kernel.py.
"""
