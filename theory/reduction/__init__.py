"""From a problem to the geometry that answers for it, or to `NoExactRoute` with the reason."""
