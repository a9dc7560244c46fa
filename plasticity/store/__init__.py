"""Stores of runs: written while a run goes on, and read."""
