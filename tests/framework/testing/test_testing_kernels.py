"""The check `compiled` finds Kernels that do something else than their hooks."""

import pytest

from plasticity import Kernel, Variable, component, hookimpl, setting
from plasticity.errors import ContractError
from plasticity.testing import check_compiled


@component
class Doubles:
    """A constraint that doubles the weights, and the bases of wrong ones."""

    kernels = (Kernel("constrain_weights", lambda w: w * 2),)

    @hookimpl
    def constrain_weights(self, weights):
        weights *= 2


@component
class Triples(Doubles):
    """Its Kernel triples them."""

    kernels = (Kernel("constrain_weights", lambda w: w * 3),)


@component
class Speechless(Doubles):
    """It has a Kernel for what it does not answer, and which its class does not tell."""

    @property
    def kernels(self):
        return (Kernel("activate", lambda u: u),)


@component
class Misspelt(Doubles):
    """It has a Kernel for no event."""

    kernels = (Kernel("constrain", lambda w: w),)


@component
class Restless:
    """An optimizer that moves weights without an update, and says that it does not."""

    kernels = (Kernel("apply_update", lambda w, dw, factor: w + dw + 1, still=True),)

    @hookimpl
    def apply_update(self, weights, update):
        weights += update + 1
        return weights


@component
class Forgets:
    """An optimizer whose Kernel leaves its state alone."""

    steps = Variable(("neuron", "input"))
    kernels = (Kernel("apply_update", lambda w, dw, steps, factor: (w, steps), state=("steps",)),)

    @hookimpl
    def apply_update(self, weights):
        self.steps += 1
        return weights


@component
class Counts:
    """A transform that weighs updates by the number of its calls, kept in an attribute."""

    kernels = (
        Kernel("shape_update", lambda dw, w, n: dw * n, parameters=lambda self, batch: (self.n,)),
    )

    @hookimpl
    def init_state(self):
        self.n = 1.0

    @hookimpl
    def shape_update(self, update):
        update *= self.n
        self.n += 1


@component
class Gate(Counts):
    """A transform that the second phase opens, and that a Kernel which does not know shuts out."""

    kernels = (Kernel("shape_update", lambda dw, w: dw * 0),)
    phase: str = setting(default="reward", doc="name of the phase")

    @hookimpl
    def shape_update(self, update, clock):
        update *= clock.phase == self.phase


@component
class Batched:
    """A transform whose Kernel needs the batch, which its hook would not know."""

    kernels = (
        Kernel("shape_update", lambda dw, w, n: dw * n, parameters=lambda self, batch: (batch,)),
    )


def test_a_kernel_that_does_what_its_hook_does_passes():
    check_compiled(Doubles)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Triples, "its Kernel for constrain_weights leaves another weights than its hook"),
        (Speechless, "it has a Kernel for activate, but answers it with no hook"),
        (
            Misspelt,
            "it has a Kernel for constrain; a Kernel is for 'activate', 'apply_update', "
            "'compute_current', 'constrain_weights', 'differentiate', 'draw_batch', 'encode', "
            "'estimate_threshold', 'modulate', 'schedule_rate', 'shape_current', 'shape_update'",
        ),
        (Restless, "its Kernel for apply_update is no `still` one: it acts on a zero update"),
        (Gate, "its Kernel for shape_update leaves another update than its hook"),
        (
            Counts,
            "its hook for shape_update changes the parameters of its Kernel, which compiled steps "
            "ask for only between stretches; keep what changes in a Variable",
        ),
        (
            Batched,
            "the parameters of its Kernel for shape_update depend on the batch, which a hook that "
            "follows from it does not know; write the hook",
        ),
        (Forgets, "its Kernel for apply_update leaves another steps than its hook"),
    ],
)
def test_a_kernel_that_does_not_is_told(wrong, told):
    with pytest.raises(ContractError) as caught:
        check_compiled(wrong)
    assert str(caught.value) == f"{wrong.label!r} fails check 'compiled': {told}"
