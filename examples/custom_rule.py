"""A rule of your own: write its formula, run it, look at what it learned."""

from math import tanh

import plasticity as pl


@pl.rule("bounded_bcm")
def bounded_bcm(y, theta, limit: float = 1.0):
    """BCM with a largest change: phi = limit tanh(y (y - theta) / limit)."""
    return limit * tanh(y * (y - theta) / limit)


run = pl.run("bcm", rule=bounded_bcm(limit=0.5), neurons=20, epochs=5, seed=1, observers=[])
print(run.outcome, dict(run.weights.sizes))
print(f"overlap at the end: {float(run.metrics.overlap[-1]):.2f}")
