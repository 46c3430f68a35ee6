"""The commands of the command line, one per file. Importing them is quick: what computes is imported when they run."""
