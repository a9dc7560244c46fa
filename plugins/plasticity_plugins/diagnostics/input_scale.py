"""Report of inputs on another scale than a preset expects."""

from typing import Any

import numpy as np

from plasticity import Experiment, Inputs, LayerView, component, hookimpl
from plasticity_plugins.diagnostics.stability import some_of

_MADE_FOR = 0.4  # root mean square of pixels between 0 and 1, of which most are dark
_FAR = 15.0
_PRESETS = ("bcm", "krotov_hopfield")


@component
class InputScale:
    """Reports inputs 15 times larger or smaller than those that the preset was made for.

    Presets are made for values from 0 to 1, whose root mean square is about 0.4. Only a first layer
    with the rule and the optimizer of a bundled preset is reported.
    """

    @hookimpl
    def init_state(self, inputs: Inputs) -> None:
        self._inputs = inputs

    @hookimpl
    def run_started(self, experiment: Experiment) -> None:
        self._experiment = experiment

    @hookimpl
    def diagnose(self, layer: LayerView) -> str | None:
        if layer.name != self._experiment.layer_name(0):
            return None
        size = float(np.sqrt(np.mean(np.square(some_of(self._inputs), dtype=np.float64))))
        if not size or 1 / _FAR <= size / _MADE_FOR <= _FAR:
            return None
        parts = _decisive(self._experiment)
        for name in _PRESETS:
            if _decisive(Experiment.load(name)) == parts:
                return (
                    f"{layer.name}: the inputs have a root mean square of {size:.3g}, and the "
                    f"settings of {name!r} are made for about {_MADE_FOR}, that of values from 0 "
                    "to 1: scale the data"
                )
        return None


def _decisive(experiment: Experiment) -> Any:
    """Return the rule and the optimizer of the first layer, as a spec names them."""
    layer = experiment.to_dict()["layers"][0]
    return layer["rule"], layer["optimizer"]
