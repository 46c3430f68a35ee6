"""The plane: regions bounded by closed curves, their votes and masses by boundary integrals."""
