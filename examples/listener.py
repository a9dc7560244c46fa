"""Look on while a run goes: a listener is any object with methods of the names of events."""

import numpy as np

import plasticity as pl


class Silence:
    """Prints how many neurons answer none of the samples of a batch."""

    every = 72  # steps between two calls: one epoch here

    @pl.hookimpl
    def step_finished(self, layer, clock, activity):
        silent = np.count_nonzero(activity.max(axis=1) <= 0)
        print(f"{clock}: {silent} of {len(activity)} neurons of {layer.name} are silent")

    @pl.hookimpl
    def run_finished(self, outcome):
        print(outcome)


pl.run("bcm", epochs=3, batch_size=20, seed=1, observers=[], listeners=[Silence()])
