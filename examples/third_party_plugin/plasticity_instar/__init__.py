"""Grossberg's instar rule, and an observer of weight norms."""
