"""A component that has a Kernel for an event and no hook answers it by the Kernel's function."""

import numpy as np
import pytest

import plasticity as pl
from plasticity import Clock, Kernel, Variable, component, hookimpl, setting
from plasticity.components.checks import check_hooks
from plasticity.components.interface import interface_of
from plasticity.errors import ContractError
from plasticity.kernels.loops import interpreting
from tests.support.binding import with_arrays

CLOCK = Clock(10, 10, step=3, rate_factor=0.5)


def filled(*shape, dtype="float64"):
    return np.random.default_rng(3).normal(size=shape).astype(dtype)


@component
class Everything:
    """Answers every event that a Kernel can answer element by element."""

    share: float = setting(default=0.25, doc="a number")

    seen = Variable(("neuron",))
    velocity = Variable(("neuron", "input"))
    count = Variable((), dtype="int64")

    kernels = (
        Kernel("draw_batch", lambda x, step, b: x.fill(10 * step + b)),
        Kernel("encode", lambda x, step, b: x.fill(x[0] + step)),
        Kernel("compute_current", lambda w: w * w),
        Kernel("shape_current", lambda u, share: u.fill(share), parameters=lambda c, _: (c.share,)),
        Kernel("activate", lambda u, share: u + share, parameters=lambda c, _: (c.share,)),
        Kernel("differentiate", lambda u, y: u * y),
        Kernel(
            "estimate_threshold",
            lambda theta, seen, mean, square, first: (mean + first, seen + square),
            observe=(lambda y: y, lambda y: y * y),
            state=("seen",),
        ),
        Kernel("schedule_rate", lambda step, epoch, n_step, n_epoch: step / n_step),
        Kernel("modulate", lambda u, phi, d: phi.fill(2.0)),
        Kernel("shape_update", lambda dw, w, peak: dw / peak + w, peak=True),
        Kernel(
            "apply_update",
            lambda w, dw, v, rate: (w + rate * dw, v + dw),
            before=lambda factor, n, share: (factor * n * share,),
            count="count",
            state=("velocity",),
            parameters=lambda self, batch: (self.share,),
        ),
        Kernel("constrain_weights", lambda w: abs(w)),
    )


@pytest.fixture(params=[True, False], ids=["compiled", "interpreted"])
def everything(request):
    made = with_arrays(Everything(), filled(2, 3))
    if request.param:
        yield made
    else:
        with interpreting():
            yield made


def test_the_hooks_take_the_arguments_that_they_use():
    assert interface_of(Everything).events["activate"] == ("current", "activity")
    assert interface_of(Everything).events["apply_update"] == ("weights", "update", "clock")
    assert interface_of(Everything).events["encode"] == ("x", "clock")


def test_samples_are_drawn_and_encoded_one_by_one(everything):
    x = np.empty((2, 3))
    assert everything.draw_batch(x, CLOCK) is x
    assert x.tolist() == [[30.0] * 3, [31.0] * 3]
    everything.encode(x, CLOCK)
    assert x.tolist() == [[33.0] * 3, [34.0] * 3]


def test_the_response_follows_from_the_functions(everything):
    weights, x = filled(2, 3), filled(4, 3)
    current, activity, slope = (np.full((2, 4), np.nan) for _ in range(3))
    assert everything.compute_current(weights, x, current) is current
    np.testing.assert_allclose(current, weights**2 @ x.T)
    assert everything.activate(current, activity) is activity
    assert np.array_equal(activity, current + 0.25)
    assert everything.differentiate(current, activity, slope) is slope
    assert np.array_equal(slope, current * activity)
    everything.shape_current(current)
    assert np.array_equal(current, np.full((2, 4), 0.25))


def test_a_threshold_sees_the_means_and_keeps_its_state(everything):
    activity, threshold = filled(2, 4), np.zeros(2)
    assert everything.estimate_threshold(activity, threshold, Clock(1, 1)) is threshold
    np.testing.assert_allclose(threshold, activity.mean(axis=1) + 1)
    np.testing.assert_allclose(everything.seen, (activity**2).mean(axis=1))


def test_a_schedule_gives_a_number(everything):
    assert everything.schedule_rate(CLOCK) == 0.03


def test_weights_and_state_move_and_updates_are_counted(everything):
    weights, update = filled(2, 3), filled(2, 3)
    modulation = np.zeros((2, 4))
    everything.modulate(np.zeros((2, 4)), modulation, np.zeros(2))
    assert np.array_equal(modulation, np.full((2, 4), 2.0))
    expected = update / np.abs(update).max() + weights
    everything.shape_update(weights, update)
    np.testing.assert_allclose(update, expected)
    before = weights.copy()
    for n in (1, 2):
        assert everything.apply_update(weights, update, CLOCK) is weights
        before += 0.5 * n * 0.25 * update
        np.testing.assert_allclose(weights, before)
    assert everything.count == 2
    np.testing.assert_allclose(everything.velocity, 2 * update)
    everything.constrain_weights(weights)
    assert np.array_equal(weights, np.abs(weights))


def test_arrays_that_are_not_contiguous_are_filled_as_well(everything):
    current, activity = filled(4, 2).T, np.full((2, 8), np.nan)[:, ::2]
    everything.activate(current, activity)
    assert np.array_equal(activity, current + 0.25)


def test_float32_stays_float32():
    weights, update = filled(2, 3, dtype="float32"), filled(2, 3, dtype="float32")
    rates = []

    @component
    class Notes(Everything):
        """Notes the type of the numbers that it gets."""

        kernels = (Kernel("apply_update", lambda w, dw, factor: rates.append(factor) or w + dw),)

    with interpreting():
        Notes().apply_update(weights, update, CLOCK)
    assert {type(rate) for rate in rates} == {np.float32}


def test_the_kernel_of_a_subclass_takes_the_place_of_its_base():
    @component
    class Doubled(Everything):
        """Has another activation."""

        kernels = (Kernel("activate", lambda u: 2 * u),)

    activity = np.empty((2, 4))
    Doubled().activate(np.ones((2, 4)), activity)
    assert np.array_equal(activity, np.full((2, 4), 2.0))


def test_a_hook_that_is_written_stands():
    @component
    class Written:
        """Has both."""

        kernels = (Kernel("activate", lambda u: 2 * u),)

        @hookimpl
        def activate(self, activity):
            activity[...] = 7
            return activity

    assert interface_of(Written).events["activate"] == ("activity",)


def test_an_encoder_that_does_the_same_at_every_step_takes_no_clock():
    @component
    class Shifted:
        """Adds 1."""

        once = True
        kernels = (Kernel("encode", lambda x, step, b: x.fill(x[0] + 1)),)

    x = np.zeros((2, 3))
    Shifted().encode(x)
    assert interface_of(Shifted).events["encode"] == ("x",)
    assert np.array_equal(x, np.ones((2, 3)))


def test_rows_and_all_neurons_of_a_sample_are_handed_over_whole():
    @component
    class Whole:
        """Scales rows, and shares the activity of a sample among the neurons."""

        kernels = (
            Kernel(
                "constrain_weights",
                lambda row, n: row.fill(n * row.sum()),
                row=True,
                parameters=lambda self, batch: (2.0,),
            ),
            Kernel("activate", lambda u, y: y.fill(u.max()), together=True),
        )

    weights, activity = np.ones((2, 3)), np.empty((2, 4))
    Whole().constrain_weights(weights)
    assert np.array_equal(weights, np.full((2, 3), 6.0))
    Whole().activate(np.arange(8.0).reshape(2, 4), activity)
    assert np.array_equal(activity, np.full((2, 4), 7.0))


@pytest.mark.parametrize("dims", [("neuron",), ("input",), ()])
@pytest.mark.parametrize("event", ["apply_update", "constrain_weights"])
def test_a_state_of_another_shape_is_refused_before_a_loop_trusts_it(event, dims):
    def hold(w, *rest):
        return w, rest[-1]

    @component
    class Holding:
        kernels = (Kernel(event, hold, state=("m",)),)
        m = Variable(dims)

    with pytest.raises(ContractError) as caught:
        check_hooks(Holding(), "layers[0].optimizer")
    assert str(caught.value) == (
        f"layers[0].optimizer 'holding': the state 'm' of its Kernel for {event} must be a "
        f"Variable(('neuron', 'input')), but is one of {dims}"
    )


def test_a_kernel_for_no_event_is_refused_with_the_event_that_was_meant():
    @component
    class Misspelled:
        kernels = (Kernel("activat", lambda u: u),)

    with pytest.raises(ContractError, match="Kernel for 'activat', which is no event; did you"):
        check_hooks(Misspelled(), "layers[0].activation")


def activity_of(activation, fuse):
    found = pl.run(
        "bcm",
        data=filled(40, 6) ** 2,
        neurons=3,
        epochs=2,
        batch_size=10,
        seed=1,
        fuse=fuse,
        observers=[],
        metrics=[],
        activation=activation,
    )
    return found.weights.values.tobytes()


@pytest.mark.filterwarnings("ignore")
def test_a_hook_that_a_subclass_writes_counts_in_steps_of_either_kind():
    @component
    class Half:
        kernels = [Kernel("activate", lambda u: u / 2)]  # a list, as the guide says  # noqa: RUF012

    @component
    class Double(Half):
        @hookimpl
        def activate(self, current, activity):
            return np.multiply(current, 2, out=activity)

    assert interface_of(Half()).kernels.keys() == {"activate"}
    assert interface_of(Double()).kernels == {}
    assert activity_of(Double(), "always") == activity_of(Double(), "never")
    assert activity_of(Double(), "never") != activity_of(Half(), "never")


def test_a_subclass_without_the_kernel_of_its_hook_is_refused():
    @component
    class Less(Everything):
        kernels = ()

    with pytest.raises(ContractError, match="is made of a Kernel, which its `kernels` lack"):
        check_hooks(Less(), "layers[0].activation")


def test_a_hook_put_on_a_class_after_a_run_is_heard_by_the_next():
    @component
    class Late:
        @hookimpl
        def epoch_started(self):
            pass

    check_hooks(Late(), "listeners[0]")
    assert list(interface_of(Late()).events) == ["epoch_started"]

    def epoch_finished(self):
        pass

    Late.epoch_finished = hookimpl(epoch_finished)
    check_hooks(Late(), "listeners[0]")
    assert list(interface_of(Late()).events) == ["epoch_started", "epoch_finished"]
