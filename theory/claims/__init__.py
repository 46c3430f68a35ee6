"""Claims about problems and noises: families of cases, margins, attacks, and the sides that decide."""
