"""Searches of a space of settings, for `plasticity sweep --search`."""
