"""The checks find state that is advanced where somebody only looks."""

import re

import pytest

from plasticity import Variable, component, hookimpl
from plasticity.errors import ContractError
from plasticity.testing import check_component, check_measuring


def test_state_that_measuring_moves_is_found():
    @component
    class Tired:
        """Lateral connection that counts its calls in an attribute of its own."""

        @hookimpl
        def init_state(self):
            self.calls = 0

        @hookimpl
        def shape_current(self, current):
            self.calls += 1
            current /= self.calls

    message = (
        "'tired' fails check 'measuring': a run that is measured in the middle differs in "
        "layer_0.threshold from one that is not; declare all state that changes where neurons "
        "respond as Variable or Stream: it is put back when somebody has looked, and what else it "
        "keeps is not"
    )
    with pytest.raises(ContractError, match=f"^{re.escape(message)}$"):
        check_measuring(Tired)


def test_declared_state_that_measuring_would_move_is_put_back():
    @component
    class Tired:
        """Lateral connection that counts its calls in a Variable."""

        calls = Variable((1,), description="calls")

        @hookimpl
        def shape_current(self, current):
            self.calls += 1
            current /= self.calls

    check_component(Tired)
