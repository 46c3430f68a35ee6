"""Studies over many random problems, each exact draw by draw."""
