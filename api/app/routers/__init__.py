"""HTTP: translates requests into one call below, and its answer back."""
