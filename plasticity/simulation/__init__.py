"""The loop, and what begins, measures and ends a run."""
