"""The description of a problem: classes, components, noises and rules; reading, writing and checking it; named regimes.

Nothing here computes a risk. Monte Carlo shares this room, and no other, with the exact side.
"""
