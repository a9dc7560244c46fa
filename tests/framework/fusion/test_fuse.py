"""A compiled step does what the plan does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.compositions import PARTS, experiment_of, left_by, pairwise, possible

# Sums run in another order and products may be fused with sums: a difference of some units in the
# last place a step, made larger by steps and by divisions by small thresholds and norms.
TOLERANCE = {"float64": 1e-9, "float32": 2e-4}
CHOSEN = pairwise(12)

compositions = st.fixed_dictionaries(
    {role: st.sampled_from(list(names)) for role, names in PARTS.items()}
).filter(possible)


def assert_compiled_is_plan(composition):
    every = composition["every"]
    found, reason = left_by(experiment_of(composition, "always"), every)
    expected, _ = left_by(experiment_of(composition, "never"), every)
    assert reason is None
    assert found.keys() == expected.keys()
    tolerance = TOLERANCE[composition["dtype"]]
    for name, array in expected.items():
        largest = np.max(np.abs(array), initial=0) if np.size(array) else 0
        np.testing.assert_allclose(
            found[name], array, rtol=tolerance, atol=tolerance * largest, err_msg=name
        )


def test_the_chosen_compositions_hold_every_part():
    for role, names in PARTS.items():
        assert {composition[role] for composition in CHOSEN} == set(names)


@pytest.mark.parametrize("composition", CHOSEN, ids=lambda composition: composition["rule"])
def test_a_compiled_step_does_what_the_plan_does(composition):
    assert_compiled_is_plan(composition)


@pytest.mark.slow  # four seconds a composition, to compile it
@given(compositions)
@settings(max_examples=60, derandomize=True)
def test_any_compiled_step_does_what_the_plan_does(composition):
    assert_compiled_is_plan(composition)
