"""Plots of a run: each function draws into matplotlib axes `ax`, or new ones, and returns them.

Each name is imported from its module when it is first used.

>>> import numpy as np, plasticity as pl
>>> from plasticity import plot
>>> images = np.random.default_rng(0).random((100, 4, 4))
>>> run = pl.run("bcm", data=images, neurons=5, epochs=1, metrics=[], observers=[])
>>> ax = plot.weights(run)
>>> ax.get_title()
'5 neurons'
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
