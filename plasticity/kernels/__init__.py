"""Numba helpers without biology: loops around scalar functions, compiled once and kept on disk."""
