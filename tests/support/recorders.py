"""Runs that a recorder looks at."""

import numpy as np
import pytest

from plasticity import assemble, hookimpl
from plasticity.errors import SettingError
from plasticity_plugins.observers.recorder import Recorder
from tests.support.toys import experiment


class Copies:
    """Copies weights and activity after every step."""

    def __init__(self):
        self.weights, self.activity = [], []

    @hookimpl
    def step_finished(self, layer, weights, activity):
        if layer.name == "layer_0":
            self.weights.append(weights.copy())
            self.activity.append(activity.copy())


def recorded(*layers, **told):
    """A run of 8 steps that a recorder looks at, unless told after steps alone, and copies."""
    told = {"first": False, **told}
    changes = {name: told.pop(name) for name in ("epochs", "training", "data") if name in told}
    copies = Copies()
    made = experiment(*layers, **{"epochs": 2, "observers": [Recorder(**told)], **changes})
    return assemble(made, [copies]).run(), copies


def frames(**told):
    run, copies = recorded(**{"every": 1, **told})
    return run.trajectory, np.array(copies.weights), np.array(copies.activity)


def refused(*layers, error=SettingError, **told):
    with pytest.raises(error) as caught:
        recorded(*layers, **told)
    return str(caught.value)
