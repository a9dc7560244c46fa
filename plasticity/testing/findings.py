"""What a check requires of a result, and the error that says what was found instead."""

import functools
from collections.abc import Callable, Mapping
from contextlib import ExitStack, chdir
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from plasticity.components.events import FILLS
from plasticity.components.interface import interface_of
from plasticity.errors import ContractError, PlasticityError
from plasticity.simulation.simulation import Simulation
from plasticity.testing.trial import Trial, made
from plasticity.typing import Array

Check = Callable[..., None]


class BrokenError(PlasticityError):
    """What a check found; the name of component and check is put before it."""


def contract_check(function: Callable[[Any], None]) -> Check:
    """Let a check take a component, its class or its name, and name both in its errors."""
    name = function.__name__.removeprefix("check_")

    @functools.wraps(function)
    def check(component: Any, **settings: Any) -> None:
        subject = made(component, **settings)
        failed = f"{interface_of(subject).label!r} fails check {name!r}"
        try:
            with ExitStack() as stack:
                # What looks on may write files; what reads them keeps its own folder.
                if interface_of(subject).role in ("metric", "observer"):
                    stack.enter_context(chdir(stack.enter_context(TemporaryDirectory())))
                function(subject)
        except BrokenError as broken:
            raise ContractError(f"{failed}: {broken}") from broken.__cause__
        except Exception as error:
            raise ContractError(f"{failed}: {type(error).__name__}: {error}") from error

    return check


def require_result(event: str, arrays: Mapping[str, Any], result: Any) -> None:
    """The event has returned what it has to: the array that it filled, numbers, or nothing."""
    name = FILLS.get(event)
    if name is not None:
        if not isinstance(result, np.ndarray) or not np.shares_memory(result, arrays[name]):
            got = "another array" if isinstance(result, np.ndarray) else repr(result)
            raise BrokenError(f"{event} must return the array {name!r} that it filled, got {got}")
        if not np.all(np.isfinite(arrays[name])):
            raise BrokenError(f"{event} leaves values in {name!r} that are not finite")
    elif event == "schedule_rate":
        if not isinstance(result, int | float | np.number) or not np.isfinite(result):
            raise BrokenError(f"{event} must return a finite number, got {result!r}")
    elif event == "measure":
        if not isinstance(result, Mapping):
            raise BrokenError(f"{event} must return a dict of measurements by name, got {result!r}")
        for measured, value in result.items():
            if np.shape(value) not in ((), (len(arrays["weights"]),)):
                raise BrokenError(
                    f"{event} must return numbers or one number a neuron; {measured!r} has shape "
                    f"{np.shape(value)}"
                )


def require_nothing_kept(component: Any, simulation: Simulation) -> None:
    """No attribute of the component is an array of the simulation that it did not declare."""
    declared = {variable.name for variable in interface_of(component).variables}
    layer = simulation.layers[0]
    shared = layer.batch_arrays(layer.clock.batch)
    for attribute, value in vars(component).items():
        held = list(value.values()) if isinstance(value, dict) else value
        held = held if isinstance(held, list | tuple) else [held]
        arrays = [array for array in held if isinstance(array, np.ndarray)]
        for array, (name, other) in product(arrays, shared.items()):
            if attribute not in declared and np.shares_memory(array, other):
                raise BrokenError(
                    f"its attribute {attribute!r} keeps the array {name!r}, which goes on "
                    "changing; keep a copy, or declare a Variable"
                )


def require_finite(trial: Trial, when: str) -> None:
    """Weights and threshold are finite at the end of a trial."""
    for name in ("layer_0.weights", "layer_0.threshold"):
        if name in trial.arrays and not np.all(np.isfinite(trial.arrays[name])):
            raise BrokenError(f"{name} is not finite {when}")


def close(one: Array, other: Array, tolerance: float) -> bool:
    """Return whether arrays agree to a tolerance relative to the largest value, NaN with NaN."""
    largest = 0.0
    if other.dtype.kind == "f":
        largest = float(np.max(np.abs(other), initial=0.0, where=np.isfinite(other)))
    return bool(np.allclose(one, other, rtol=tolerance, atol=tolerance * largest, equal_nan=True))
