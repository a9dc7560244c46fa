"""A run that was to be compiled and is not says why, in the words of `plasticity show`."""

import logging

import pytest

from plasticity import Kernel, component
from plasticity.errors import ComponentError
from tests.support.fused import layer, simulation
from tests.support.toys import Plain

WHY = "layer_0: steps through the plan ('plain' has no kernel for apply_update)"


def test_a_composition_without_kernels_is_told_in_the_notices_and_in_the_log(caplog):
    with caplog.at_level(logging.WARNING, logger="plasticity"):
        made = simulation(layer(optimizer=Plain()))
        run = made.run()
    assert made.stepping() == [WHY]  # the lines of `plasticity show`
    assert run.notices == (f'fuse = "always", but {WHY}',)
    assert [record.getMessage() for record in caplog.records] == list(run.notices)


@pytest.mark.parametrize("fuse", ["auto", "never"])
def test_nothing_is_told_where_compiling_was_not_asked_for(fuse):
    assert simulation(layer(optimizer=Plain()), fuse=fuse).run().notices == ()


def test_nothing_is_told_where_the_step_is_compiled():
    assert simulation(layer()).run().notices == ()


def test_an_error_in_a_compiled_step_names_the_layer_and_not_an_inner_object():
    @component
    class Raising:
        kernels = (Kernel("activate", raising),)

    with pytest.raises(ComponentError, match="'layer_0, compiled' in event step"):
        simulation(layer(activation=Raising())).run()


def raising(u):
    if u == u:
        raise ValueError("no such current")
    return u
