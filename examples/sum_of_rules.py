"""Rules add up: BCM, and BCM held back by a tenth of Oja's rule, on the same data and seed."""

import plasticity as pl
from plasticity_plugins.rules.bcm import lc94 as bcm
from plasticity_plugins.rules.correlation import oja

for name, rule in {"bcm": bcm(), "bcm + 0.1 oja": bcm() + 0.1 * oja()}.items():
    run = pl.run("bcm", rule=rule, neurons=20, epochs=10, seed=1, observers=[])
    norms = (run.weights**2).sum("input") ** 0.5
    print(f"{name:15} mean norm of the weights {float(norms.mean()):.3f}")
