"""Maps that follow sliders in a notebook."""
