"""The hooks that follow from a `Kernel`: its function, run over the arrays of the event."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.kernel import Kernel
from plasticity.hookspecs import EVENTS, hookimpl
from plasticity.kernels import loops
from plasticity.kernels.interpreted import interpreted
from plasticity.typing import Array


def add_hooks(cls: type) -> None:
    """Give a class the hooks of those events for which it has a Kernel alone."""
    kernels = getattr(cls, "kernels", ())  # of a property only an instance tells the events
    for kernel in kernels if isinstance(kernels, tuple | list) else ():
        once = kernel.event == "encode" and getattr(cls, "once", False)
        hook = vars(KernelHooks).get("encode_once" if once else kernel.event)
        if hook is not None and (not hasattr(cls, kernel.event) or is_derived(cls, kernel.event)):
            setattr(cls, kernel.event, hook)


def is_derived(component: Any, event: str) -> bool:
    """Return whether the hook of a component, or of a class, is one of those below."""
    hook = getattr(component, event, None)
    return getattr(hook, "__func__", hook) in DERIVED


class KernelHooks:
    """The hooks, each of which looks up the Kernel of the component whose method it became."""

    @hookimpl
    def draw_batch(self, x: Array, clock: Clock) -> Array:
        _change_samples(self, "draw_batch", x, clock.step)
        return x

    @hookimpl
    def encode(self, x: Array, clock: Clock) -> None:
        _change_samples(self, "encode", x, clock.step)

    @hookimpl  # for samples that come out the same at every step
    def encode_once(self, x: Array) -> None:
        _change_samples(self, "encode", x, 0)

    @hookimpl
    def compute_current(self, weights: Array, x: Array, current: Array) -> Array:
        kernel, numbers = _asked(self, "compute_current", weights, len(x))
        if kernel.function is not None:
            weights = _mapped(kernel.function, np.empty_like(weights), (weights,), numbers)
        return np.dot(weights, x.T, out=current)

    @hookimpl
    def shape_current(self, current: Array) -> None:
        kernel, numbers = _asked(self, "shape_current", current, current.shape[1])
        loops.whole(kernel.function)(current, *numbers)

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        kernel, numbers = _asked(self, "activate", current, current.shape[1])
        if kernel.together:
            loops.whole(kernel.function)(current, *numbers, activity)
            return activity
        return _mapped(kernel.function, activity, (current,), numbers)

    @hookimpl
    def differentiate(self, current: Array, activity: Array, slope: Array) -> Array:
        kernel, numbers = _asked(self, "differentiate", current, current.shape[1])
        return _mapped(kernel.function, slope, (current, activity), numbers)

    @hookimpl
    def estimate_threshold(self, activity: Array, threshold: Array, clock: Clock) -> Array:
        kernel, numbers = _asked(self, "estimate_threshold", activity, activity.shape[1])
        observed = kernel.observe if isinstance(kernel.observe, tuple) else (kernel.observe,)
        values = np.empty_like(activity)
        means = []
        for each in observed:
            # np.mean does the same in three times the time.
            mean = np.add.reduce(_mapped(each, values, (activity,), ()), axis=1)
            mean /= activity.shape[1]
            means.append(mean)
        states = (threshold, *_states(self, kernel))
        _replace(kernel.function, states, means, (clock.step == 0, *numbers))
        return threshold

    @hookimpl
    def schedule_rate(self, clock: Clock) -> float:
        kernel = _kernel(self, "schedule_rate")  # nothing needs to be compiled
        times = clock.step, clock.epoch, clock.n_step, clock.n_epoch
        return float(interpreted(kernel.function)(*times, *kernel.parameters(self, 0)))

    @hookimpl
    def modulate(self, current: Array, modulation: Array, decay: Array) -> None:
        kernel, numbers = _asked(self, "modulate", current, current.shape[1])
        loops.whole(kernel.function)(current, *numbers, modulation, decay)

    @hookimpl
    def shape_update(self, weights: Array, update: Array) -> None:
        kernel, numbers = _asked(self, "shape_update", update)
        if kernel.peak:
            # np.abs(update) would be a copy of the size of the weights. np.maximum hands on a nan.
            numbers = (np.maximum(update.max(), -update.min()), *numbers)
        _replace(kernel.function, (update,), (weights,), numbers)

    @hookimpl
    def apply_update(self, weights: Array, update: Array, clock: Clock) -> Array:
        kernel = _kernel(self, "apply_update")
        given: tuple[Any, ...] = (clock.rate_factor,)
        if kernel.count:
            count = getattr(self, kernel.count)
            count += 1
            given = (clock.rate_factor, int(count))
        given = (*given, *kernel.parameters(self, 0))
        if kernel.before is not None:
            given = interpreted(kernel.before)(*given)
        arrays = (weights, *_states(self, kernel), update)
        last = len(arrays) - 1
        _run(kernel.function, arrays, (0, last, *range(1, last)), last, typed(given, weights))
        return weights

    @hookimpl
    def constrain_weights(self, weights: Array) -> None:
        kernel, numbers = _asked(self, "constrain_weights", weights)
        if kernel.row:
            loops.rows(kernel.function)(weights, numbers)
        else:
            _replace(kernel.function, (weights, *_states(self, kernel)), (), numbers)


DERIVED = frozenset(hook for hook in vars(KernelHooks).values() if callable(hook))
HOOKS = {event: vars(KernelHooks)[event] for event in EVENTS if event in vars(KernelHooks)}


def _kernel(component: Any, event: str) -> Kernel:
    found: Kernel = next(kernel for kernel in component.kernels if kernel.event == event)
    return found


def _asked(component: Any, event: str, array: Array, batch: int = 0) -> tuple[Kernel, Any]:
    """Return the Kernel of an event and its parameters, in the type of an array."""
    kernel = _kernel(component, event)
    return kernel, typed(kernel.parameters(component, batch), array)


def typed(values: Sequence[Any], array: Array) -> tuple[Any, ...]:
    """Return the values, those of floating point in the type of an array."""
    if not values:
        return ()
    number = array.dtype.type
    return tuple([number(value) if isinstance(value, float) else value for value in values])


def _states(component: Any, kernel: Kernel) -> list[Array]:
    return [getattr(component, name) for name in kernel.state]


def _change_samples(component: Any, event: str, x: Array, step: int) -> None:
    kernel, numbers = _asked(component, event, x, len(x))
    arrays = [getattr(component, name) for name in kernel.arrays]
    loops.samples(kernel.function)(x, step, (*arrays, *numbers))


def _mapped(function: Any, target: Array, sources: Sequence[Array], numbers: Any) -> Array:
    """Fill an array with the function of each element of others, and return it."""
    arrays = (target, *sources)
    _run(function, arrays, tuple(range(1, len(arrays))), 1, numbers)
    return target


def _replace(function: Any, own: Sequence[Array], others: Sequence[Array], numbers: Any) -> None:
    """Replace each element of some arrays by the function of it and of that of others."""
    arrays = (*own, *others)
    _run(function, arrays, tuple(range(len(arrays))), len(own), numbers)


def _run(
    function: Any, arrays: Sequence[Array], reads: tuple[int, ...], n_written: int, numbers: Any
) -> None:
    lines = tuple([array.ravel() for array in arrays])
    loops.elements(function, reads, n_written)(lines, numbers)
    for k in range(n_written):
        if not arrays[k].flags.c_contiguous:  # its line is a copy
            arrays[k][...] = lines[k].reshape(arrays[k].shape)
