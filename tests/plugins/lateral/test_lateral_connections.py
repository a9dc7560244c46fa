"""Lateral connections by a matrix: their patterns, solutions and critical strengths."""

import logging
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import SettingError
from plasticity.testing import check_compiled
from plasticity_plugins.lateral.connected import TRANSFERS
from plasticity_plugins.lateral.distance import (
    ExponentialLateral,
    GaussianLateral,
    MexicanHat,
    NearestNeighbours,
)
from plasticity_plugins.lateral.patterns import MatrixLateral, Populations, RandomSparse
from plasticity_plugins.lateral.uniform import UniformLateral
from plasticity_plugins.rules.correlation import hebb
from tests.naive.lateral import naive_coupling, naive_relaxed, naive_solved
from tests.support.binding import with_arrays

# The eigenvalues of 1 - L stay above 0.2, which magnifies rounding by a few.
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
dtypes = st.sampled_from(sorted(TOLERANCE))
N_ROW = {"line": 1, "ring": 1, "grid": 3, "torus": 3}
PROFILES = {
    "gaussian": (
        lambda **where: GaussianLateral(width=1.5, **where),
        lambda d: math.exp(-((d / 1.5) ** 2) / 2),
    ),
    "exponential": (
        lambda **where: ExponentialLateral(width=0.8, **where),
        lambda d: math.exp(-d / 0.8),
    ),
    "mexican hat": (
        lambda **where: MexicanHat(width=0.9, surround_width=2.5, surround=0.4, **where),
        lambda d: math.exp(-((d / 0.9) ** 2) / 2) - 0.4 * math.exp(-((d / 2.5) ** 2) / 2),
    ),
    "nearest neighbours": (
        lambda **where: NearestNeighbours(reach=1.5, **where),
        lambda d: 1.0 if d <= 1.5 else 0.0,
    ),
}


def ready(lateral, n_neuron, dtype="float64", seed=0):
    """The component with arrays and a stream, before the first step of a layer of neurons."""
    weights = np.zeros((n_neuron, 2), dtype)
    with_arrays(lateral, weights)
    if isinstance(lateral, RandomSparse):
        type(lateral).__dict__["rng"].bind(lateral, np.random.default_rng(seed))
    lateral.init_state(weights)
    return lateral


def matrix(seed, n_neuron):
    """Connections with eigenvalues of at most 0.8, and currents of 3 samples."""
    generator = np.random.default_rng(seed)
    coupling = generator.normal(size=(n_neuron, n_neuron))
    coupling *= 0.8 / max(np.linalg.norm(coupling, 2), 0.8)
    return coupling, generator.uniform(-2, 2, (n_neuron, 3))


SAMPLES = np.random.default_rng(5).random((6, 3))


# -- patterns ----------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", N_ROW)
@pytest.mark.parametrize("profile", PROFILES)
def test_connections_follow_the_distance_of_two_neurons(profile, layout):
    make, k = PROFILES[profile]
    rows = {"rows": 3} if N_ROW[layout] == 3 else {}
    lateral = ready(make(layout=layout, strength=-0.07, **rows), 12)
    expected = naive_coupling(k, -0.07, 12, layout, N_ROW[layout])
    np.testing.assert_allclose(lateral.coupling, expected, rtol=0, atol=1e-15)


def test_a_grid_is_as_near_to_a_square_as_the_neurons_allow():
    found = NearestNeighbours(layout="grid").distances(12)
    assert np.array_equal(found, NearestNeighbours(layout="grid", rows=3).distances(12))


def test_random_connections_are_there_with_their_density_and_not_to_oneself():
    lateral = RandomSparse(density=0.3, strength=-0.005)
    coupling = ready(lateral, 60, seed=1).coupling
    assert set(np.unique(coupling)) == {0.0, -0.005}
    assert not np.diag(coupling).any()
    assert not np.array_equal(coupling, coupling.T)
    # 3540 connections: a share of 0.3 has a standard deviation of 0.008.
    assert np.count_nonzero(coupling) / (60 * 59) == pytest.approx(0.3, abs=0.03)


def test_random_connections_spread_around_their_strength():
    coupling = ready(RandomSparse(density=1, strength=-0.01, spread=0.5), 60, seed=2).coupling
    others = coupling[~np.eye(60, dtype=bool)]
    # The standard deviation of a mean over 3540 connections is 0.0001.
    assert others.mean() == pytest.approx(-0.01, abs=0.0004)
    assert others.std() == pytest.approx(0.005, rel=0.05)


def test_populations_have_one_strength_from_each_to_each():
    lateral = Populations(parts=(2, 1), strengths=((0.1, -0.2), (0.3, 0.4)), strength=0.5)
    expected = 0.5 * np.array([[0, 0.1, -0.2], [0.1, 0, -0.2], [0.3, 0.3, 0]])
    np.testing.assert_allclose(ready(lateral, 3).coupling, expected, rtol=1e-15)


def test_a_matrix_is_taken_from_a_file_a_list_or_an_array(tmp_path):
    given_matrix = np.array([[0.0, 0.5], [-0.25, 0.1]])
    path = tmp_path / "L.npy"
    np.save(path, given_matrix)
    for values in (str(path), path, given_matrix.tolist(), given_matrix):
        assert np.array_equal(ready(MatrixLateral(values=values), 2).coupling, given_matrix)


# -- solutions ---------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), dtypes)
def test_the_stationary_solution_equals_the_solved_equation(seed, n_neuron, dtype):
    coupling, current = matrix(seed, n_neuron)
    lateral = ready(MatrixLateral(values=coupling.tolist()), n_neuron, dtype)
    found = current.astype(dtype)
    lateral.shape_current(found)
    expected = naive_solved(current, coupling)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[dtype] * 10)
    assert found.dtype == dtype


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 5),
    dtypes,
    st.sampled_from(TRANSFERS),
    st.integers(1, 6),
    st.floats(1, 4),
)
def test_the_relaxed_solution_is_its_naive_twin(
    seed, n_neuron, dtype, transfer, iterations, time_constant
):
    coupling, current = matrix(seed, n_neuron)
    lateral = MatrixLateral(
        values=coupling.tolist(),
        solution="relaxed",
        iterations=iterations,
        time_constant=time_constant,
        transfer=transfer,
    )
    ready(lateral, n_neuron, dtype)
    found = current.astype(dtype)
    lateral.shape_current(found)
    expected, change = naive_relaxed(current, coupling, iterations, time_constant, transfer)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[dtype] * 10)
    assert float(lateral.change) == pytest.approx(change, rel=1e-3, abs=TOLERANCE[dtype])


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_the_relaxed_solution_is_compiled_as_it_is_written(transfer):
    check_compiled(MatrixLateral(values=matrix(6, 4)[0], solution="relaxed", transfer=transfer))


def test_the_relaxed_solution_tends_to_the_stationary_one():
    coupling, current = matrix(3, 5)
    found = {}
    for solution in ("stationary", "relaxed"):
        lateral = MatrixLateral(values=coupling.tolist(), solution=solution, iterations=200)
        found[solution] = current.copy()
        ready(lateral, 5).shape_current(found[solution])
    np.testing.assert_allclose(found["relaxed"], found["stationary"], rtol=1e-10)
    assert float(lateral.change) < 1e-10


def test_neighbours_that_reach_all_are_uniform_connections():
    current = np.random.default_rng(4).uniform(-1, 1, (7, 5))
    found, expected = current.copy(), current.copy()
    ready(NearestNeighbours(reach=10, strength=0.12), 7).shape_current(found)
    UniformLateral(strength=0.12).shape_current(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_single_neuron_is_left_as_it_is():
    for solution in ("stationary", "relaxed"):
        current = np.array([[0.5, -2.0]])
        ready(GaussianLateral(solution=solution), 1).shape_current(current)
        assert current.tolist() == [[0.5, -2.0]]


def experiment(lateral, **changes):
    layer = Layer(
        neurons=4,
        rule=hebb(),
        activation="relu",
        optimizer="sgd",
        initializer="normal",
        lateral=lateral,
    )
    return Experiment(data=Data(SAMPLES), layers=[layer], batch_size=3, dtype="float64", **changes)


def test_a_run_measures_how_far_the_currents_have_settled():
    lateral = NearestNeighbours(strength=0.2, solution="relaxed", iterations=3, transfer="relu")
    simulation = assemble(experiment(lateral))
    run = simulation.run()
    coupling = simulation.layers[0].arrays["layers[0].lateral.coupling"]
    current = simulation.layers[0].arrays["weights"] @ SAMPLES.T
    _, change = naive_relaxed(current, coupling, 3, 2.0, "relu")
    assert float(run.metrics["lateral_change"][-1]) == pytest.approx(change, rel=1e-6)


def test_a_run_of_the_stationary_solution_measures_the_spectral_radius_alone():
    found = assemble(experiment({"name": "nearest_neighbours", "strength": 0.2})).run().metrics
    assert list(found) == ["lateral_radius"]
    # A ring of four: the eigenvalues are 0.4 cos(pi k / 2).
    np.testing.assert_allclose(found["lateral_radius"], 0.4)


def test_lateral_connections_are_in_the_store_from_neuron_to_neuron():
    run = assemble(experiment({"name": "nearest_neighbours", "layout": "line"})).run()
    coupling = run.state()["layers[0].lateral.coupling"]
    assert coupling.dims == ("neuron", "from_neuron")
    assert coupling.values.tolist() == [
        [0, -0.1, 0, 0],
        [-0.1, 0, -0.1, 0],
        [0, -0.1, 0, -0.1],
        [0, 0, -0.1, 0],
    ]


# -- critical strengths ------------------------------------------------------------------------


@pytest.mark.parametrize("strength", [0.5, -0.5])
@pytest.mark.parametrize("dtype", sorted(TOLERANCE))
def test_a_ring_is_refused_at_half_the_strength_whatever_its_rounding(strength, dtype):
    # The eigenvalues of a ring of N neurons are 2 strength cos(2 pi k / N).
    with pytest.raises(SettingError) as caught:
        ready(NearestNeighbours(strength=strength), 8, dtype)
    assert str(caught.value) == (
        f"nearest_neighbours: 1 - L is singular at strength = {strength} for a layer of 8 neurons, "
        f"and the spectral radius of L is 1: take a strength nearer to 0 than the critical "
        f"{strength}"
    )


def test_a_strength_beyond_the_critical_one_gets_a_warning():
    message = (
        "nearest_neighbours: strength = 0.6 is beyond the critical 0.5 for a layer of 8 neurons, "
        "and the spectral radius of L is 1.2: a network of these connections does not settle, so "
        "the currents are those of none"
    )
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$"):
        ready(NearestNeighbours(strength=0.6), 8)


def test_a_network_bounded_by_its_transfer_gets_no_warning():
    ready(NearestNeighbours(strength=0.6, solution="relaxed", transfer="tanh"), 8)


def test_connections_that_only_turn_are_never_singular(caplog):
    caplog.set_level(logging.INFO, "plasticity")
    ready(MatrixLateral(values=[[0.0, 1.0], [-1.0, 0.0]], strength=5.0), 2)
    assert caplog.messages == [
        "matrix_lateral: the spectral radius of L is 5; critical strength: none"
    ]


def test_the_critical_strength_is_told_before_the_run(caplog):
    caplog.set_level(logging.INFO, "plasticity")
    assemble(experiment({"name": "nearest_neighbours", "strength": 0.1}))
    assert caplog.messages == [
        "nearest_neighbours: the spectral radius of L is 0.2; critical strength: 0.5"
    ]


# -- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "n_neuron", "message"),
    [
        (
            lambda: GaussianLateral(layout="ring", rows=2),
            4,
            "gaussian_lateral: rows is for a grid or torus, got rows = 2 for a ring",
        ),
        (
            lambda: GaussianLateral(layout="grid", rows=3),
            8,
            "gaussian_lateral: rows must divide the 8 neurons of the layer, got 3",
        ),
        (
            lambda: GaussianLateral(layout="torus"),
            7,
            "gaussian_lateral: a torus of 7 neurons has one row only; take another number of "
            "neurons, or a line or ring",
        ),
        (
            lambda: MexicanHat(width=3.0),
            4,
            "mexican_hat: surround_width must exceed width, got surround_width = 3 and width = 3",
        ),
        (
            lambda: Populations(strengths=((0.1,), (0.2,))),
            4,
            "populations: strengths must have 2 rows of 2 numbers, one for each population, got "
            "((0.1,), (0.2,))",
        ),
        (
            lambda: Populations(parts=(1.0, 0.0)),
            4,
            "populations: parts must be numbers above 0, one for each population, got (1.0, 0.0)",
        ),
        (
            lambda: Populations(),
            2,
            "populations: a layer of 2 neurons in parts (4.0, 1.0) leaves none to population 1",
        ),
        (
            lambda: MatrixLateral(values=[[0.0, 1.0]]),
            2,
            "matrix_lateral: values must have 2 rows of 2 numbers, one for each neuron of the "
            "layer; got an array of shape (1, 2)",
        ),
        (
            lambda: MatrixLateral(values=[[0.0, 1.0], [0.0]]),
            2,
            "matrix_lateral: values must be a list of rows of numbers, all of one length, or the "
            "path of a .npy file, got [[0.0, 1.0], [0.0]]",
        ),
        (
            lambda: MatrixLateral(values=[[0.0, math.nan], [0.0, 0.0]]),
            2,
            "matrix_lateral: values must be finite, got nan in row 0, column 1",
        ),
        (
            lambda: MatrixLateral(values="nowhere.npy"),
            2,
            "matrix_lateral: values: nowhere.npy cannot be read as a .npy file of numbers: No such "
            "file or directory",
        ),
    ],
)
def test_connections_that_cannot_be_are_refused_with_the_reason(make, n_neuron, message):
    with pytest.raises(SettingError) as caught:
        ready(make(), n_neuron)
    assert str(caught.value) == message


def test_a_file_of_several_matrices_is_refused(tmp_path):
    np.savez(tmp_path / "several.npz", L=np.zeros((2, 2)))
    with pytest.raises(SettingError, match="an archive of several"):
        ready(MatrixLateral(values=str(tmp_path / "several.npz")), 2)
