"""The explorer: a view of a problem that moves, as a page of its own and as a panel in a notebook."""
