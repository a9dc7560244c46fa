"""Experiments side by side, on the same data, with the same budget and seeds."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
