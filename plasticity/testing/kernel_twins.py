"""What the Kernels of a component make of the arrays of a step, one element at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.kernel import Kernel
from plasticity.testing.findings import BrokenError
from plasticity.typing import Array

Named = dict[str, Any]


def by_kernel(
    kernel: Kernel, component: Any, before: Named, states: Named, clock: Clock
) -> dict[str, Any]:
    """Return what an event leaves behind by its Kernel as plain Python: the arrays by name.

    before   the arrays of the event as they were before the hook was called
    states   the Variables of the component as they were
    """
    batch = len(before["x"]) if "x" in before else 1
    # An encoder is also called where metrics respond, and gets x alone.
    number = before["weights" if "weights" in before else "x"].dtype.type
    numbers = [
        number(value) if isinstance(value, float) else value
        for value in kernel.parameters(component, batch)
    ]
    whole = {name: getattr(component, name) for name in kernel.arrays}
    return KERNEL_EVENTS[kernel.event](kernel, numbers, before, whole | states, clock)


def moved_by_nothing(kernel: Kernel, component: Any, before: Named, states: Named) -> bool:
    """Return whether a Kernel changes something although the update is zero."""
    nothing = before | {"update": np.zeros_like(before["update"])}
    found = by_kernel(kernel, component, nothing, states, Clock(1, 1))
    known = states | nothing
    return any(not np.array_equal(array, known[name]) for name, array in found.items())


def _each_sample(
    kernel: Kernel, numbers: list[Any], before: Named, states: Named, clock: Clock
) -> Named:
    x = before["x"].copy()
    arrays = [states[name] for name in kernel.arrays]
    for b, sample in enumerate(x):
        _function(kernel)(sample, clock.step, b, *arrays, *numbers)
    return {"x": x}


def _function(kernel: Kernel) -> Callable[..., Any]:
    return _plain(kernel.function)


def _plain(function: Any) -> Callable[..., Any]:
    plain: Callable[..., Any] = getattr(function, "py_func", function)
    return plain


def _each(function: Callable[..., Any], *arrays: Array) -> Array:
    """Return a function of one element of each array, over all of them."""
    return _several(function, ("value",), *arrays)["value"]


def _several(
    function: Callable[..., Any], names: tuple[str, ...], *arrays: Array
) -> dict[str, Array]:
    """Return a function of one element of each array that returns as many as there are names."""
    found = {name: np.empty(arrays[0].shape, arrays[0].dtype) for name in names}
    for place in np.ndindex(arrays[0].shape):
        results = function(*(array[place] for array in arrays))
        results = results if len(names) > 1 else (results,)
        for name, result in zip(names, results, strict=True):
            found[name][place] = result
    return found


def _compute_current(kernel: Kernel, numbers: list[Any], before: Named, *_: Any) -> Named:
    effective = before["weights"]
    if kernel.function is not None:
        effective = _each(lambda w: _function(kernel)(w, *numbers), effective)
    return {"current": effective @ before["x"].T}


def _shape_current(kernel: Kernel, numbers: list[Any], before: Named, *_: Any) -> Named:
    current = before["current"].copy()
    _function(kernel)(current, *numbers)
    return {"current": current}


def _activate(kernel: Kernel, numbers: list[Any], before: Named, *_: Any) -> Named:
    if kernel.together:
        activity = np.full_like(before["current"], np.nan)
        _function(kernel)(before["current"], *numbers, activity)
        return {"activity": activity}
    return {"activity": _each(lambda u: _function(kernel)(u, *numbers), before["current"])}


def _differentiate(kernel: Kernel, numbers: list[Any], before: Named, *_: Any) -> Named:
    function = _function(kernel)
    arrays = before["current"], before["activity"]
    return {"slope": _each(lambda u, y: function(u, y, *numbers), *arrays)}


def _estimate_threshold(
    kernel: Kernel, numbers: list[Any], before: Named, states: Named, clock: Clock
) -> Named:
    function, first = _function(kernel), clock.step == 0
    observed = kernel.observe if isinstance(kernel.observe, tuple) else (kernel.observe,)
    means = [np.mean(_each(_plain(each), before["activity"]), axis=1) for each in observed]
    own = [states[name] for name in kernel.state]
    return _several(
        lambda *values: function(*values, first, *numbers),
        ("threshold", *kernel.state),
        before["threshold"],
        *own,
        *means,
    )


def _schedule_rate(
    kernel: Kernel, numbers: list[Any], before: Named, states: Named, clock: Clock
) -> Named:
    times = clock.step, clock.epoch, clock.n_step, clock.n_epoch
    return {"rate factor": _function(kernel)(*times, *numbers)}


def _modulate(kernel: Kernel, numbers: list[Any], before: Named, *_: Any) -> Named:
    found = {name: before[name].copy() for name in ("modulation", "decay")}
    _function(kernel)(before["current"], *numbers, *found.values())
    return found


def _shape_update(kernel: Kernel, numbers: list[Any], before: Named, *_: Any) -> Named:
    peak = [np.max(np.abs(before["update"]))] if kernel.peak else []
    function = _function(kernel)
    arrays = before["update"], before["weights"]
    return {"update": _each(lambda dw, w: function(dw, w, *peak, *numbers), *arrays)}


def _apply_update(
    kernel: Kernel, numbers: list[Any], before: Named, states: Named, clock: Clock
) -> Named:
    factor = before["weights"].dtype.type(clock.rate_factor)
    done = [int(states[kernel.count]) + 1] if kernel.count else []
    given: Any = (factor, *numbers)
    if kernel.before is not None:
        try:
            given = _plain(kernel.before)(factor, *done, *numbers)
        except TypeError as error:
            raise BrokenError(
                f"`before` of its Kernel: {error}; it gets the rate factor, the number of an "
                "update if `count` names the Variable that counts them, and the parameters"
            ) from error
    function = _function(kernel)
    own = [states[name] for name in kernel.state]
    return _several(
        lambda w, dw, *state: function(w, dw, *state, *given),
        ("weights", *kernel.state),
        before["weights"],
        before["update"],
        *own,
    )


def _constrain_weights(
    kernel: Kernel, numbers: list[Any], before: Named, states: Named, clock: Clock
) -> Named:
    function, weights = _function(kernel), before["weights"].copy()
    if not kernel.row:
        own = [states[name] for name in kernel.state]
        names = ("weights", *kernel.state)
        return _several(lambda *values: function(*values, *numbers), names, weights, *own)
    for row in weights:
        function(row, *numbers)
    return {"weights": weights}


KERNEL_EVENTS: dict[str, Callable[..., Named]] = {
    "draw_batch": _each_sample,
    "encode": _each_sample,
    "compute_current": _compute_current,
    "shape_current": _shape_current,
    "activate": _activate,
    "differentiate": _differentiate,
    "estimate_threshold": _estimate_threshold,
    "schedule_rate": _schedule_rate,
    "modulate": _modulate,
    "shape_update": _shape_update,
    "apply_update": _apply_update,
    "constrain_weights": _constrain_weights,
}
