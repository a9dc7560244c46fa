"""Formulas as text: reading them, and their values on named arrays."""
