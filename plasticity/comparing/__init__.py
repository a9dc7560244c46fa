"""The parts of a comparison: what is run, how it is scored, and what of it may be noise."""
