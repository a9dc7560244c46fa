"""Sweeps: many runs of one experiment, each with other settings and seeds."""
