"""Experiments as estimators of scikit-learn.

    from plasticity.sklearn import PlasticityTransformer, BCM, KrotovHopfield

`PlasticityTransformer` makes an estimator of any experiment.

Each preset and each readout that an installed package registers has a class here, named in camel
case: preset `my_rule` is `MyRule`. Words without a vowel or with a digit are abbreviations: `bcm`
is `BCM`. A readout is a classifier that a package registers as

    [project.entry-points."plasticity.readouts"]
    my_readout = "my_package:MyReadout"

Other estimators are available under the names by which packages register them:

    [project.entry-points."plasticity.estimators"]
    MyClassifier = "my_package:MyClassifier"
"""

import re
from typing import Any

from plasticity.errors import nearest_or_all
from plasticity.experiment.registry import ESTIMATORS, PRESETS, READOUTS, entries, entry_of
from plasticity.sklearn.transformer import PlasticityTransformer, transformer_of

__all__ = ["PlasticityTransformer"]
_HINT = "its package tells its name"


def __getattr__(name: str) -> Any:
    presets = {class_name(preset): preset for preset in entries(PRESETS)}
    readouts = {class_name(readout): readout for readout in entries(READOUTS)}
    others = entries(ESTIMATORS)
    if name in presets:
        estimator: Any = transformer_of(presets[name], name, __name__)
    elif name in readouts:
        estimator = entry_of(readouts[name], READOUTS, "readout", _HINT).load()
    elif name in others:
        estimator = entry_of(name, ESTIMATORS, "estimator", _HINT).load()
    else:
        known = [] if name.startswith("_") else [*__all__, *presets, *readouts, *others]
        raise AttributeError(f"module {__name__!r} has no {name!r}{nearest_or_all(name, known)}")
    globals()[name] = estimator
    return estimator


def __dir__() -> list[str]:
    names = [*entries(PRESETS), *entries(READOUTS)]
    return [*globals(), *map(class_name, names), *entries(ESTIMATORS)]


def class_name(name: str) -> str:
    """Return the name of the class of a preset or readout.

    >>> [class_name(name) for name in ("krotov_hopfield", "bcm", "ic92", "two-layers")]
    ['KrotovHopfield', 'BCM', 'IC92', 'TwoLayers']
    """
    words = re.split(r"[^0-9A-Za-z]+", name)
    abbreviation = re.compile("[^aeiouy]*|.*[0-9].*")
    return "".join(w.upper() if abbreviation.fullmatch(w) else w.capitalize() for w in words)
