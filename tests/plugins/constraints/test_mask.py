"""Connections that are not there: what the mask is, and that nothing passes it, compiled or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import plasticity as pl
from plasticity.errors import SettingError
from plasticity_plugins.constraints.bounds import Bounds, KeepSign
from plasticity_plugins.constraints.mask import Mask
from plasticity_plugins.constraints.scaling import RowNorm
from tests.naive.constraints import naive_masked
from tests.support.binding import with_arrays
from tests.support.fused import BCM, RANKED, SAMPLES, layer, simulation, trained

WEIGHTS = arrays(np.float64, (4, 6), elements=st.floats(-9, 9))
CHECKERED = (np.indices((5, 6)).sum(axis=0) % 2).astype(float)


@given(WEIGHTS, arrays(np.float64, (4, 6), elements=st.sampled_from([0, 1, -2])), WEIGHTS)
def test_a_mask_is_its_slow_twin(first, mask, later):
    made = with_arrays(Mask(values=mask), first)
    weights = first.copy()
    made.init_state(weights)
    assert np.array_equal(weights, naive_masked(first, mask))
    weights[...] = later
    made.constrain_weights(weights)
    assert np.array_equal(weights, naive_masked(later, mask))


@given(arrays(np.float64, (4, 6), elements=st.sampled_from([0, 1, 2])), WEIGHTS)
def test_without_a_mask_what_is_0_at_first_stays_0(first, later):
    made = with_arrays(Mask(), first)
    made.init_state(first.copy())
    weights = later.copy()
    made.constrain_weights(weights)
    assert np.array_equal(weights, naive_masked(later, first))


def test_a_mask_takes_what_is_no_number_away():
    made = with_arrays(Mask(values=[[0, 1]]), np.ones((1, 2)))
    made.init_state(np.ones((1, 2)))
    weights = np.array([[np.inf, 3.0]])
    made.constrain_weights(weights)
    assert weights.tolist() == [[0, 3]]


def test_of_a_density_each_neuron_has_so_many_inputs_and_not_all_the_same():
    made = simulation(layer(neurons=40, constraints=[Mask(density=0.35)]))
    there = made.layers[0].arrays["weights"] != 0
    assert there.sum(axis=1).tolist() == [2] * 40  # 0.35 of 6 inputs
    assert len(np.unique(there, axis=0)) > 5
    again = simulation(layer(neurons=40, constraints=[Mask(density=0.35)]))
    assert np.array_equal(again.layers[0].arrays["weights"] != 0, there)
    other = simulation(layer(neurons=40, constraints=[Mask(density=0.35)]), seed=9)
    assert not np.array_equal(other.layers[0].arrays["weights"] != 0, there)


PARTS = {"oja": {}, "bcm": BCM, "krotov_hopfield": RANKED}
OTHERS = {
    "alone": (Mask(values=CHECKERED),),
    "after a norm": (Bounds(low=-1), RowNorm(), Mask(values=CHECKERED)),
    "before a sign": (Mask(values=CHECKERED), KeepSign()),
}


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize(
    ("rule", "others"),
    [("krotov_hopfield", "alone"), ("oja", "after a norm"), ("bcm", "before a sign")],
)
def test_what_is_masked_stays_0_in_compiled_steps_as_in_others(rule, others, batch_size):
    ends = []
    for fuse in ("always", "never"):
        made = trained(
            layer(**PARTS[rule], constraints=OTHERS[others]), fuse=fuse, batch_size=batch_size
        )
        ends.append(made.layers[0].arrays["weights"])
        if fuse == "always":
            assert made.stepping() == ["layer_0: compiled as one step"]
    assert np.array_equal(ends[0] != 0, CHECKERED != 0)
    np.testing.assert_allclose(*ends, rtol=2e-3, atol=2e-5)


@pytest.mark.parametrize("batch_size", [1, 7])
def test_weights_keep_their_signs_in_compiled_steps_as_in_others(batch_size):
    parts = {"constraints": [KeepSign()], "rule": BCM["rule"], "threshold": BCM["threshold"]}
    ends = [
        trained(layer(**parts), fuse=fuse, batch_size=batch_size, epochs=10).layers[0].arrays
        for fuse in ("always", "never")
    ]
    first = simulation(layer(**parts)).layers[0].arrays["weights"]
    free = trained(layer(**{**parts, "constraints": []}), epochs=10).layers[0].arrays["weights"]
    assert (np.sign(free) != np.sign(first)).any()
    assert np.array_equal(np.sign(ends[0]["weights"]), np.sign(first))
    np.testing.assert_allclose(ends[0]["weights"], ends[1]["weights"], rtol=1e-3, atol=1e-5)


def test_a_mask_from_a_file_is_kept_in_the_store_and_goes_on(tmp_path):
    np.save(tmp_path / "mask.npy", CHECKERED)
    settings = {
        "data": SAMPLES,
        "neurons": 5,
        "constraints": [{"name": "mask", "values": str(tmp_path / "mask.npy")}],
        "observers": [],
        "metrics": [],
        "batch_size": 7,
    }
    pl.run("bcm", epochs=1, out=tmp_path / "run", **settings)
    (tmp_path / "mask.npy").rename(tmp_path / "kept.npy")
    np.save(tmp_path / "mask.npy", 1 - CHECKERED)
    run = pl.resume(tmp_path / "run", data=SAMPLES, epochs=3)
    assert np.array_equal(run.weights.values != 0, CHECKERED != 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"values": [[1, 0]], "density": 0.5},
            "mask: connections come from values or from density, not from both",
        ),
        (
            {"values": [[1, 0]]},
            "layers[0].constraints[0] 'mask': values: must have the shape of the weights (neuron, "
            "input), (5, 6), got (1, 2)",
        ),
        (
            {"values": "nowhere.npy"},
            "layers[0].constraints[0] 'mask': nowhere.npy: no array can be read of it: [Errno 2] "
            "No such file or directory: 'nowhere.npy'; a run that goes on needs it there, "
            "`plasticity branch` takes another by --set layers.0.constraints.mask.values=FILE",
        ),
        (
            {"values": np.where(CHECKERED == 0, np.nan, 1)},
            "layers[0].constraints[0] 'mask': values: is NaN somewhere, neither a connection nor "
            "none",
        ),
    ],
)
def test_a_mask_that_cannot_be_is_refused(settings, message):
    with pytest.raises(SettingError) as caught:
        simulation(layer(constraints=[Mask(**settings)]))
    assert str(caught.value) == message


def test_a_file_of_several_masks_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("masks.npz", mask=CHECKERED)
    with pytest.raises(SettingError) as caught:
        simulation(layer(constraints=[Mask(values="masks.npz")]))
    assert str(caught.value) == (
        "layers[0].constraints[0] 'mask': masks.npz: no array can be read of it: it is an archive "
        "of several; save one by np.save"
    )


def test_a_mask_drawn_again_has_no_more_connections():
    made = simulation(layer(neurons=40, constraints=[Mask(density=0.35)])).layers[0]
    (mask,) = (part for part in made.components.values() if isinstance(part, Mask))
    mask.init_state(made.arrays["weights"])
    assert mask.mask.sum(axis=1).tolist() == [2] * 40
