"""Problems about an axis whose regions are bounded by curves in the half-plane of places and distances from it."""
