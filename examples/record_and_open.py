"""Record arrays over a run, then open its folder with xarray, as any other program can."""

import tempfile
from pathlib import Path

import xarray

import plasticity as pl

thresholds = {"name": "recorder", "variables": ["threshold"], "every": "1 epoch"}
weights = {
    "name": "recorder",
    "group": "weights",
    "every": "10 per decade",  # dense at first, when most happens
    "bits": 10,  # of the mantissa: compresses better
    "at_most": "10 MB",
    "probes": {"norm": "norm(weights, 'input')", "awake": "mean(activity > 0, 'sample')"},
}

with tempfile.TemporaryDirectory() as folder:
    store = Path(folder) / "run"
    recorders = [thresholds, weights]
    pl.run("bcm", neurons=20, epochs=5, batch_size=20, seed=1, observers=recorders, out=store)

    with xarray.open_datatree(store, engine="zarr") as tree:
        print(tree["layer_0/trajectory"].threshold.mean("neuron").to_series())
        print(tree["layer_0/weights"])

    run = pl.open_run(store)  # the same, and the spec, the metrics and the outcome with it
    print(run.recorded("weights").norm.sel(step=100).values)
    print(run.outcome, "with", run.experiment.layers[0].neurons, "neurons")
