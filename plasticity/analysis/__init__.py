"""From a finished run to what it learned: xarray in, xarray out.

Each name is imported from its module when it is first used, so that importing this costs nothing.

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

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plasticity.analysis.course import course_of as course_of
    from plasticity.analysis.course import histogram as histogram
    from plasticity.analysis.course import quantiles as quantiles
    from plasticity.analysis.fields import as_images as as_images
    from plasticity.analysis.fields import receptive_fields as receptive_fields
    from plasticity.analysis.fields import similarity_to_classes as similarity_to_classes
    from plasticity.analysis.latent import clusters as clusters
    from plasticity.analysis.latent import principal_components as principal_components
    from plasticity.analysis.neurons import neuron_table as neuron_table
    from plasticity.analysis.parting import differences_of as differences_of
    from plasticity.analysis.responses import responses_of as responses_of
    from plasticity.analysis.selection import classes_selected as classes_selected
    from plasticity.analysis.selection import patterns_by_count as patterns_by_count
    from plasticity.analysis.selection import ranked_patterns as ranked_patterns
    from plasticity.analysis.selection import selected as selected
    from plasticity.analysis.selection import shared_selection as shared_selection

_HOME = {
    "as_images": "fields",
    "classes_selected": "selection",
    "clusters": "latent",
    "course_of": "course",
    "differences_of": "parting",
    "histogram": "course",
    "neuron_table": "neurons",
    "patterns_by_count": "selection",
    "principal_components": "latent",
    "quantiles": "course",
    "ranked_patterns": "selection",
    "receptive_fields": "fields",
    "responses_of": "responses",
    "selected": "selection",
    "shared_selection": "selection",
    "similarity_to_classes": "fields",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'plasticity.analysis' has no attribute {name!r}")
    return getattr(importlib.import_module(f"plasticity.analysis.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
