"""Record arrays over a run, then open its folder with xarray, as any other program can."""

import tempfile
from pathlib import Path

import xarray

import plasticity as pl

recorder = {"name": "recorder", "variables": ["weights", "threshold"], "every": 72}

with tempfile.TemporaryDirectory() as folder:
    store = Path(folder) / "run"
    pl.run("bcm", neurons=20, epochs=5, batch_size=20, seed=1, observers=[recorder], out=store)

    trajectory = xarray.open_zarr(store, group="layer_0/trajectory", consolidated=False)
    print(trajectory)
    print(trajectory.threshold.mean("neuron").to_series())

    run = pl.open_run(store)  # the same, and the spec, the metrics and the outcome with it
    print(run.outcome, "with", run.experiment.layers[0].neurons, "neurons")
