"""From a finished run to what it learned: xarray in, xarray out.

Each name is imported from its module when it is first used.

>>> import numpy as np, plasticity as pl
>>> from plasticity import analysis
>>> images = np.random.default_rng(0).random((100, 4, 4))
>>> run = pl.run("bcm", data=images, neurons=5, epochs=1, metrics=[], observers=[])
>>> analysis.receptive_fields(run).sizes
Frozen({'neuron': 5, 'y': 4, 'x': 4})
>>> responses = analysis.responses_of(run, images)
>>> analysis.patterns_by_count(responses).sum().item()
100
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
