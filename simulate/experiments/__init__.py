"""What the gallery shows: the data of every figure, the study of random discs, and what is computed again when.

Nothing is drawn here: `figures` draws, and recipes.py says which figure is drawn from which data.
"""
