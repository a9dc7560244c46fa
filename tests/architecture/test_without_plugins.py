"""The framework runs where the bundled plugins cannot be imported."""

import subprocess
import sys
import textwrap

SCRIPT = textwrap.dedent(
    '''
    import sys

    class Blocked:
        """Refuses to find the bundled plugins."""

        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] == "plasticity_plugins":
                raise ImportError(f"{name} is blocked")

    sys.meta_path.insert(0, Blocked())

    import numpy as np
    import plasticity as pl

    @pl.component
    class Identity:
        @pl.hookimpl
        def activate(self, current, activity):
            activity[...] = current
            return activity

    @pl.component
    class Climb:
        rate: float = pl.setting(default=0.1, doc="learning rate")

        @pl.hookimpl
        def apply_update(self, weights, update):
            weights += self.rate * update
            return weights

    @pl.component
    class Ones:
        @pl.hookimpl
        def init_state(self, weights):
            weights[...] = 1

    @pl.component
    class Toy(pl.Rule):
        """phi = 1, d = 1: the weights follow the mean input."""

        @pl.hookimpl
        def modulate(self, modulation, decay):
            modulation += 1
            decay += 1

    layer = pl.Layer(
        neurons=2, rule=Toy(), activation=Identity(), optimizer=Climb(), initializer=Ones()
    )
    samples = np.array([[0.0, 1.0, 4.0], [2.0, 3.0, 0.0]])
    experiment = pl.Experiment(
        data=pl.Data(samples), layers=[layer], batch_size=2, epochs=200, dtype="float64"
    )
    run = pl.run(experiment)
    assert run.outcome == "finished"
    # w -> <x>, less 0.9^200 of the way.
    np.testing.assert_allclose(run.weights, np.tile(samples.mean(axis=0), (2, 1)), atol=1e-8)
    assert "plasticity_plugins" not in sys.modules
    print("learned")
    '''
)


def test_a_toy_rule_learns_where_the_plugins_are_blocked():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("learned\n", 0), done.stderr
