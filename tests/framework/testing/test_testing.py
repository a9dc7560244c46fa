"""Each check of `plasticity.testing` finds the component that breaks it, and says how."""

import re

import numba
import numpy as np
import pytest

from plasticity import Rule, Stream, Variable, component, hookimpl, rule, setting
from plasticity.errors import ContractError
from plasticity.testing import CHECKS, check_component, checks_for, stand_ins

PARTS = [
    stand_ins.Identity,
    stand_ins.Step,
    stand_ins.Drawn,
    stand_ins.Correlate,
    stand_ins.CorrelateSlope,
    stand_ins.MeanSquare,
    stand_ins.MeanResponse,
    stand_ins.Keeper,
]


def test_the_checks_are_these():
    assert [name for name, _ in checks_for(stand_ins.Identity)] == [
        "hooks",
        "documented",
        "settings",
        "fills",
        "leaves_alone",
        "acts",
        "adds",
        "deterministic",
        "dtypes",
        "shapes",
        "kernels",
        "compiled",
        "resumes",
        "measuring",
    ]


@pytest.mark.parametrize("part", PARTS)
def test_the_stand_ins_keep_the_contract(part):
    check_component(part)


def test_a_rule_of_a_function_keeps_the_contract():
    @rule("leaky")
    def leaky(y, leak: float = 0.1):
        """phi = y, d = leak."""
        return y, leak

    check_component(leaky, leak=0.2)


def test_a_competitive_rule_keeps_the_contract():
    @rule("winner", competitive=True)
    def winner(u, phi, d):
        """phi = 1 for the strongest current."""
        best = np.argmax(u)
        phi[best] = 1.0
        d[best] += u[best]

    check_component(winner)


def fails(check, part, message):
    with pytest.raises(ContractError, match=f"^{re.escape(message)}$"):
        CHECKS[check](part)


def test_an_argument_the_event_does_not_have_is_found():
    class Wrong:
        @hookimpl
        def activate(self, curent, activity): ...

    fails(
        "hooks",
        Wrong(),
        "'wrong' fails check 'hooks': ContractError: component 'wrong': activate has no argument "
        "'curent'; did you mean 'current'? (it has current, activity)",
    )


def test_a_class_without_docstring_is_found():
    @component
    class Mute:
        @hookimpl
        def encode(self, x): ...

    fails(
        "documented",
        Mute,
        "'mute' fails check 'documented': its class has no docstring; say what it is, its "
        "equation and source",
    )


def test_a_setting_that_toml_changes_is_found():
    @component
    class Folder:
        """Encoder that keeps a text of its own class."""

        folder: object = setting(default=3j, doc="where")

        @hookimpl
        def encode(self, x): ...

    fails(
        "settings",
        Folder,
        "'folder' fails check 'settings': the setting 'folder' is 3j, and '3j' when read back",
    )


def test_an_array_that_is_not_filled_is_found():
    @component
    class Partial:
        """Activation that fills all but the first neuron."""

        @hookimpl
        def activate(self, current, activity):
            activity[1:] = current[1:]
            return activity

    fails(
        "fills",
        Partial,
        "'partial' fails check 'fills': activate leaves values in 'activity' that are not finite",
    )


def test_an_answer_that_returns_another_array_is_found():
    @component
    class Rebinding:
        """Activation that returns a new array."""

        @hookimpl
        def activate(self, current, activity):
            return np.maximum(current, 0)

    fails(
        "fills",
        Rebinding,
        "'rebinding' fails check 'fills': activate must return the array 'activity' that it "
        "filled, got another array",
    )


def test_a_scratch_array_that_is_remembered_is_found():
    @component
    class Remembering:
        """Transform that uses its scratch array of the step before."""

        last = Variable(("neuron", "input"), intent="scratch", description="last update")

        @hookimpl
        def shape_update(self, update):
            update += self.last
            self.last[...] = update

    fails(
        "fills",
        Remembering,
        "'remembering' fails check 'fills': layer_0.weights is not finite after a run in which it "
        "began each step with NaN in its scratch arrays",
    )


def test_a_component_that_changes_what_it_may_only_read_is_found():
    @component
    class Greedy:
        """Transform that changes the weights as well."""

        @hookimpl
        def shape_update(self, weights, update):
            weights *= 0.9

    fails(
        "leaves_alone",
        Greedy,
        "'greedy' fails check 'leaves_alone': shape_update changes 'weights', which it may only "
        "read",
    )


def test_an_observer_that_keeps_an_array_is_found():
    class Hoarder:
        """Listener that keeps the weights of the last step."""

        @hookimpl
        def step_finished(self, weights):
            self.last = weights

    fails(
        "leaves_alone",
        Hoarder(),
        "'hoarder' fails check 'leaves_alone': its attribute 'last' keeps the array 'weights', "
        "which goes on changing; keep a copy, or declare a Variable",
    )


def test_an_observer_that_meddles_is_found():
    class Meddler:
        """Listener that changes the data through the experiment."""

        @hookimpl
        def run_started(self, experiment):
            experiment.data.samples[...] = 0.5

    fails(
        "leaves_alone",
        Meddler(),
        "'meddler' fails check 'leaves_alone': the weights of a run differ with and without it",
    )


def test_a_rule_that_overwrites_is_found():
    @component
    class Selfish(Rule):
        """Rule that forgets what other rules added."""

        @hookimpl
        def modulate(self, activity, modulation):
            modulation[...] = activity

    fails(
        "adds",
        Selfish,
        "'selfish' fails check 'adds': modulate must add to 'modulation' (+=), but what other "
        "rules put there is lost",
    )


def test_random_numbers_outside_a_stream_are_found():
    source = np.random.default_rng(1)

    @component
    class Noisy:
        """Encoder that draws from a generator of its own."""

        @hookimpl
        def encode(self, x):
            x += source.random(x.shape)

    fails(
        "deterministic",
        Noisy,
        "'noisy' fails check 'deterministic': two runs with the same seed differ in "
        "layer_0.threshold; draw all random numbers from a Stream, and keep no state outside "
        "declared Variables",
    )


def test_a_result_that_depends_on_the_type_is_found():
    @component
    class Typed:
        """Transform that treats float32 in another way."""

        @hookimpl
        def shape_update(self, update):
            if update.dtype == np.float32:
                update *= 2

    fails(
        "dtypes",
        Typed,
        "'typed' fails check 'dtypes': layer_0.weights of a run in float32 is far from that in "
        "float64",
    )


def test_a_component_that_fails_with_one_neuron_is_found():
    @component
    class Pairing:
        """Transform that needs a second neuron."""

        @hookimpl
        def shape_update(self, update):
            update[1] = 0

    fails(
        "shapes",
        Pairing,
        "'pairing' fails check 'shapes': with one neuron: 'pairing' in event shape_update at step "
        "0 (epoch 0) raised IndexError: index 1 is out of bounds for axis 0 with size 1; what was "
        "recorded until then is kept",
    )


FACTOR = 1.0


@numba.njit
def scale(update):
    update *= FACTOR


def test_a_kernel_that_differs_from_its_python_form_is_found(monkeypatch):
    @component
    class Scaling:
        """Transform whose kernel reads a global, which Numba takes for a constant."""

        @hookimpl
        def shape_update(self, update):
            scale(update)

    CHECKS["kernels"](Scaling)
    monkeypatch.setitem(globals(), "FACTOR", 0.5)
    fails(
        "kernels",
        Scaling,
        "'scaling' fails check 'kernels': layer_0.threshold differs with scale as plain "
        "Python: what Numba compiles is not what is written",
    )


def test_compiled_functions_are_put_back():
    CHECKS["kernels"](stand_ins.Identity)
    assert hasattr(scale, "py_func")


def test_state_that_is_not_declared_is_found():
    @component
    class Counting:
        """Transform that shrinks the update more and more, counting by itself."""

        def __attrs_post_init__(self):
            self.count = 0

        @hookimpl
        def shape_update(self, update):
            self.count += 1
            update /= self.count

    fails(
        "resumes",
        Counting,
        "'counting' fails check 'resumes': a run resumed after step 3 differs in "
        "layer_0.threshold; declare all state as Variable, and random numbers as Stream",
    )


def test_declared_state_and_streams_survive():
    @component
    class Tiring:
        """Transform that shrinks the update by random amounts."""

        rest = Variable((), description="what is left")
        rng = Stream()

        @hookimpl
        def init_state(self):
            self.rest.fill(1)

        @hookimpl
        def shape_update(self, update):
            self.rest *= self.rng.random()
            update *= self.rest

    check_component(Tiring)
