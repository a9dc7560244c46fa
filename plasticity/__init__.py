"""Synaptic plasticity, composed: learning rules in ten lines, everything around them a part.

The public names, on one screen. Each is imported from its module when it is first used, so that
`import plasticity` costs nothing.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
