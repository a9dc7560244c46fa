"""Hebb's rule with a leak, and an observer of weight norms."""
