"""The explorer: a view of a problem that moves, as a page of its own and as a panel in a notebook."""

from importlib.util import find_spec

from simulate.extras import missing

if find_spec("panel") is None:  # looked for and not imported, for workers do without
    raise missing("panel", "explore")
