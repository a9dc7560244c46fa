"""What an estimator adds to the time of the run that it makes.

    pytest -n 0 tests/benchmarks/test_sklearn.py -s

Not part of the test run: a busy machine would fail it.
"""

from statistics import median
from time import perf_counter

import numpy as np
import pytest

import plasticity as pl
from plasticity.sklearn import PlasticityTransformer

BAR = 1.03  # the fit may take this many times as long as the run
ROUNDS = 7


def seconds(call):
    begun = perf_counter()
    call()
    return perf_counter() - begun


@pytest.mark.parametrize("preset", ["bcm", "krotov_hopfield"])
def test_a_fit_takes_as_long_as_its_run(preset):
    samples = np.random.default_rng(0).random((5000, 196), dtype=np.float32)
    settings = {"neurons": 100, "epochs": 20, "metrics": []}
    made = PlasticityTransformer(preset, **settings)

    def run():
        pl.run(preset, data=samples, observers=["divergence_guard"], **settings)

    run()
    pairs = [(seconds(run), seconds(lambda: made.fit(samples))) for _ in range(ROUNDS)]
    ratio = median(fitted / ran for ran, fitted in pairs)
    print(f"\n{preset}: run {median(ran for ran, _ in pairs):.3f} s, fit x {ratio:.3f}")
    assert ratio < BAR
