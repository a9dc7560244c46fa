"""The spec and its TOML text say the same."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, Phase, component, hookimpl, setting
from plasticity.components.interface import interface_of
from plasticity.errors import ContractError, SpecError
from plasticity.experiment.instantiate import make
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.adam import Adam
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.rules.correlation import oja
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.schedules.falling import Cosine
from plasticity_plugins.thresholds.mean_square import MovingAverage

LAYER = {
    "neurons": 3,
    "rule": "oja",
    "activation": "relu",
    "optimizer": "sgd",
    "initializer": "normal",
}
TABLES = {"data": "digits", "layers": [LAYER]}


# -- lossless both ways ------------------------------------------------------------------------

numbers = st.floats(allow_nan=False)
positive = st.floats(1e-12, 1e12)
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
values = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
keys = words.filter(lambda key: key not in ("name", "coefficient", "phases", "schedule"))
tables = st.dictionaries(keys, values, max_size=3).flatmap(
    lambda table: st.builds(lambda name: {**table, "name": name}, words)
)
references = words | tables
rules = st.one_of(
    st.builds(lc94),
    st.builds(oja),
    st.builds(KrotovHopfield, power=st.floats(1.5, 9), rank=st.integers(2, 9)),
)
sums = st.builds(
    lambda first, factor, second, third, schedule: (
        factor * first + second.during("early") - third.following(schedule)
    ),
    rules,
    st.floats(-10, 10),
    rules,
    rules,
    references | st.builds(Cosine, lowest=st.floats(0, 1)),
)
named_terms = st.lists(
    words
    | tables.flatmap(
        lambda table: st.builds(
            lambda factor, phases, schedule: {
                **table,
                "coefficient": factor,
                "phases": phases,
                "schedule": schedule,
            },
            numbers,
            st.lists(words, max_size=2),
            references,
        )
    ),
    min_size=1,
    max_size=3,
)
optimizers = st.builds(SGD, rate=positive) | st.builds(Adam, rate=positive, beta1=st.floats(0, 0.9))
initializers = st.builds(Normal, mean=st.floats(-1, 1), std=st.floats(0, 1))
thresholds = st.builds(MovingAverage, memory=st.floats(0, 0.99), time_constant=st.none() | positive)
layers = st.builds(
    Layer,
    neurons=st.integers(1, 10**6),
    rule=references | rules | sums | named_terms,
    activation=references | st.builds(Relu),
    optimizer=references | optimizers,
    initializer=references | initializers,
    threshold=st.none() | references | thresholds,
    lateral=st.none() | references,
    schedule=st.none() | references,
    transforms=references | st.lists(references, max_size=3),
    constraints=st.lists(references, max_size=3),
    name=words,
)
experiments = st.builds(
    Experiment,
    data=references,
    layers=st.lists(layers, min_size=1, max_size=2),
    phases=st.lists(st.builds(Phase, words, st.integers(1, 99)), max_size=3),
    batch_size=st.integers(1, 10**6),
    seed=st.integers(0, 2**62),
    dtype=st.sampled_from(["float32", "float64"]),
    shuffle=st.booleans(),
    drop_last=st.booleans(),
    training=st.sampled_from(["together", "layer_by_layer"]),
    encoders=st.lists(references, max_size=2),
    metrics=st.lists(references, max_size=2),
    measure_every=st.integers(0, 10**6),
    measure_samples=st.integers(1, 10**6),
    observers=st.lists(references, max_size=2),
)


@given(experiments)
def test_an_experiment_comes_back_from_its_toml_text_unchanged(experiment):
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    assert again.to_dict() == experiment.to_dict()
    assert again.to_toml() == experiment.to_toml()


@given(rules | optimizers | initializers | thresholds)
def test_a_component_is_made_again_from_the_toml_text_with_the_same_settings(part):
    entry = {"modulate": "rule", "apply_update": "optimizer", "init_state": "initializer"}
    held = next((entry[event] for event in entry if hasattr(part, event)), "threshold")
    layer = Layer(**{**LAYER, held: part})
    experiment = Experiment(data="digits", layers=[layer])
    again = getattr(Experiment.from_toml(experiment.to_toml()).layers[0], held)
    made = make(again[0].rule if held == "rule" else again, held, held)
    assert type(made) is type(part)
    assert all(
        getattr(made, name) == getattr(part, name) for name in interface_of(type(part)).settings
    )


def test_the_toml_text_holds_what_differs_from_the_defaults_and_nothing_else():
    experiment = Experiment(
        data="digits",
        layers=[
            Layer(
                neurons=4,
                rule=lc94() - 0.5 * KrotovHopfield(power=3.0).during("late").following("cosine"),
                activation=Relu(),
                optimizer=SGD(rate=0.5),
                initializer=Normal(),
            )
        ],
        phases=[Phase("early", 1), Phase("late", 2)],
    )
    assert experiment.to_dict() == {
        "data": "digits",
        "layers": [
            {
                "neurons": 4,
                "rule": [
                    "bcm",
                    {
                        "name": "krotov_hopfield",
                        "power": 3.0,
                        "coefficient": -0.5,
                        "phases": ["late"],
                        "schedule": "cosine",
                    },
                ],
                "activation": "relu",
                "optimizer": {"name": "sgd", "rate": 0.5},
                "initializer": "normal",
            }
        ],
        "phases": [{"name": "early", "epochs": 1}, {"name": "late", "epochs": 2}],
    }


def test_numbers_of_numpy_are_written_as_numbers():
    experiment = Experiment(
        data={"name": "arrays", "columns": np.arange(2), "scale": np.float32(0.5)}
        | {"columns": tuple(map(np.int64, (0, 1)))},
        layers=[Layer(**{**LAYER, "neurons": np.int64(3)})],
    )
    assert Experiment.from_toml(experiment.to_toml()) == experiment


def test_data_given_in_python_are_written_as_their_fingerprint():
    data = Data(np.zeros((2, 3)))
    told = Experiment(data=data, layers=[Layer(**LAYER)]).to_dict()["data"]
    assert told == {"name": "given in Python", "fingerprint": data.fingerprint()}


def test_an_array_as_a_setting_cannot_be_written():
    experiment = Experiment(data={"name": "arrays", "x": np.zeros(3)}, layers=[Layer(**LAYER)])
    with pytest.raises(SpecError) as caught:
        experiment.to_toml()
    assert str(caught.value) == (
        "an array that was given in Python cannot be written to TOML; save it to a file and name "
        "the file"
    )


def test_a_setting_that_is_none_against_its_default_cannot_be_written():
    @component
    class Fading:
        memory: float | None = setting(default=0.9, doc="share kept")

        @hookimpl
        def estimate_threshold(self, activity, threshold):
            return threshold

    layer = Layer(**{**LAYER, "threshold": Fading(memory=None)})
    with pytest.raises(SpecError) as caught:
        Experiment(data="digits", layers=[layer]).to_dict()
    assert str(caught.value) == (
        "fading: memory is None, which TOML cannot represent and which is not its default, 0.9"
    )


def test_a_setting_with_the_name_of_a_word_of_the_table_is_refused():
    with pytest.raises(ContractError) as caught:

        @component
        class Named:
            name: str = setting(default="", doc="what it is called")

    assert str(caught.value) == (
        "named: no setting may be called 'name', which has a meaning of its own in the table of a "
        "component; choose another word"
    )


def test_an_experiment_of_another_seed_is_another_experiment():
    experiment = Experiment.from_dict(TABLES)
    assert attrs.evolve(experiment, seed=1) != experiment


# -- epochs ------------------------------------------------------------------------------------


def test_an_experiment_lasts_as_long_as_its_phases_and_knows_the_phase_of_an_epoch():
    phases = [{"name": "early", "epochs": 1}, {"name": "late", "epochs": 2}]
    experiment = Experiment.from_dict({**TABLES, "phases": phases})
    assert experiment.n_epoch == 3
    assert [experiment.phase_of(epoch) for epoch in range(3)] == ["early", "late", "late"]


def test_an_experiment_lasts_one_epoch_unless_told():
    assert Experiment.from_dict(TABLES).n_epoch == 1
