"""Pictures of a run with matplotlib: each function takes axes, or makes some, and returns them.

Each name is imported from its module when it is first used, so that importing this costs nothing.

>>> import numpy as np, plasticity as pl
>>> from plasticity import plot
>>> images = np.random.default_rng(0).random((100, 4, 4))
>>> run = pl.run("bcm", data=images, neurons=5, epochs=1, metrics=[], observers=[])
>>> ax = plot.weights(run)
>>> ax.get_title()
'5 neurons'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plasticity.plot.animation import animate as animate
    from plasticity.plot.classes import confusion as confusion
    from plasticity.plot.classes import embedding as embedding
    from plasticity.plot.curves import theta as theta
    from plasticity.plot.curves import traces as traces
    from plasticity.plot.fields import trajectory as trajectory
    from plasticity.plot.fields import weights as weights
    from plasticity.plot.selections import by_size as by_size
    from plasticity.plot.selections import selectivity as selectivity

_HOME = {
    "animate": "animation",
    "by_size": "selections",
    "confusion": "classes",
    "embedding": "classes",
    "selectivity": "selections",
    "theta": "curves",
    "traces": "curves",
    "trajectory": "fields",
    "weights": "fields",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'plasticity.plot' has no attribute {name!r}")
    return getattr(importlib.import_module(f"plasticity.plot.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
