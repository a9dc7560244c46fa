"""Diagnostics, which watch every run and report at its end what looks wrong."""
