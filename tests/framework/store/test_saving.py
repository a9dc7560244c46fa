"""xarray saves what a run gives as netCDF and as Zarr, and reads the same back."""

import json

import numpy as np
import pytest
import xarray as xr

import plasticity as pl
from plasticity.analysis import clusters, course_of, neuron_table, receptive_fields, responses_of

X = np.random.default_rng(0).random((400, 4, 4)).astype("float32")
GROUPS = ("trajectory", "means", "metrics", "state")


@pytest.fixture(scope="module")
def runs(new_folder):
    """A run by where it is: in memory, the one in hand, read back."""
    settings = {
        "neurons": 4,
        "epochs": 2,
        "seed": 2**40,
        "observers": [
            {"name": "recorder", "variables": ["weights"], "every": 2, "at_most": "2 kB"},
            {
                "name": "recorder",
                "group": "means",
                "probes": {"theta": "mean(threshold)", "high": "threshold > 0.1"},
                "variables": ["weights"],
                "reduce": "histogram",
                "every": 2,
                "bins": 2,
                "range": [-1.0, 1.0],
            },
        ],
    }
    place = new_folder() / "run"
    made = {"memory": pl.run("bcm", data=X, **settings), "made": None}
    made["made"] = pl.run("bcm", data=X, out=place, **settings)
    return made | {"read": pl.open_run(place)}


def saved(dataset, folder, name="saved"):
    """The dataset after xarray wrote it in each of the two formats."""
    dataset.to_netcdf(folder / f"{name}.nc", engine="scipy")
    dataset.to_zarr(folder / f"{name}.zarr", consolidated=False)
    with xr.open_dataset(folder / f"{name}.nc", engine="scipy") as netcdf:
        yield netcdf.load()
    with xr.open_zarr(folder / f"{name}.zarr", consolidated=False) as zarr:
        yield zarr.load()


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("where", ["memory", "made", "read"])
def test_all_groups_of_a_run_are_saved_in_both_formats(where, group, runs, folder):
    dataset = runs[where].recorded(group)
    assert dataset.data_vars
    for again in saved(dataset, folder):
        xr.testing.assert_equal(again, dataset)
        assert again.attrs.keys() == dataset.attrs.keys()
        assert {
            name for name, value in dataset.attrs.items() if again.attrs[name] != value
        } == set()


def test_all_nodes_of_the_tree_are_saved_in_both_formats(runs, folder):
    with xr.open_datatree(runs["read"].store.path, engine="zarr") as tree:
        assert len(tree.groups) == 10
        for number, group in enumerate(tree.groups):
            dataset = tree[group].to_dataset(inherit=False)
            for again in saved(dataset, folder, str(number)):
                xr.testing.assert_equal(again, dataset)
        tree.to_zarr(folder / "tree", consolidated=False)
        with xr.open_datatree(folder / "tree", engine="zarr", consolidated=False) as again:
            xr.testing.assert_identical(again.load(), tree.load())


def test_the_tree_tells_the_spec_in_json(runs):
    with xr.open_datatree(runs["read"].store.path, engine="zarr") as tree:
        assert json.loads(tree.attrs["spec"]) == runs["made"].experiment.to_dict()
        assert json.loads(tree.attrs["layers"]) == ["layer_0"]
    assert runs["read"].store.attributes["seed"] == 2**40
    assert runs["read"].store.attributes["image_shape"] == [4, 4]


def test_what_the_analysis_makes_of_a_run_is_saved_in_both_formats(runs, folder):
    run = runs["read"]
    responses = responses_of(run, X, np.arange(len(X)) % 3)
    made = {
        "responses": responses,
        "fields": receptive_fields(run),
        "neurons": neuron_table(run.weights, responses),
        "course": course_of(run),
        "clusters": clusters(responses, 2),
    }
    for name, array in made.items():
        dataset = array.to_dataset() if isinstance(array, xr.DataArray) else array
        for again in saved(dataset, folder, name):
            xr.testing.assert_equal(again, dataset)
