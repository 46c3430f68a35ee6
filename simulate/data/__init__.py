"""Data sets for networks: read from packages and files, or drawn from a problem; checked, split and cut to size.

Nothing is trained here. It shares with `theory` the description of a problem and the errors. Public: `load_data` and
what it returns (`Data`).
"""

from simulate.data.dataset import Data, load_data

__all__ = ["Data", "load_data"]
