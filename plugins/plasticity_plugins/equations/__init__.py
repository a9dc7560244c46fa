"""Equations of rules given as text: read, multiplied out, and written as functions."""
