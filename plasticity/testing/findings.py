"""What a check requires of a result, and the error that says what was found instead."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextlib import ExitStack, chdir
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

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


def require_filled(event: str, name: str, array: Array, result: Any) -> None:
    """The event has filled the array with numbers and returned it."""
    if not isinstance(result, np.ndarray) or not np.shares_memory(result, array):
        got = "another array" if isinstance(result, np.ndarray) else repr(result)
        raise BrokenError(f"{event} must return the array {name!r} that it filled, got {got}")
    if not np.all(np.isfinite(array)):
        raise BrokenError(f"{event} leaves values in {name!r} that are not finite")


def require_number(event: str, result: Any) -> None:
    """The event has returned a finite number."""
    if not isinstance(result, int | float | np.number) or not np.isfinite(result):
        raise BrokenError(f"{event} must return a finite number, got {result!r}")


def require_measurements(result: Any, n_neuron: int) -> None:
    """The measurements are numbers, or one number a neuron, by name."""
    if not isinstance(result, Mapping):
        raise BrokenError(f"measure must return a dict of measurements by name, got {result!r}")
    for name, value in result.items():
        if np.shape(value) not in ((), (n_neuron,)):
            raise BrokenError(
                f"measure must return numbers or one number a neuron; {name!r} has shape "
                f"{np.shape(value)}"
            )


def require_nothing_kept(component: Any, simulation: Simulation) -> None:
    """No attribute of the component is an array of the simulation that it did not declare."""
    declared = {variable.name for variable in interface_of(component).variables}
    layer = simulation.layers[0]
    shared = layer.batch_arrays(layer.clock.batch)
    for attribute, value in vars(component).items():
        held = value if isinstance(value, list | tuple) else [value]
        held = list(value.values()) if isinstance(value, dict) else held
        for array in () if attribute in declared else held:
            if not isinstance(array, np.ndarray):
                continue
            for name, other in shared.items():
                if np.shares_memory(array, other):
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


def as_toml(value: Any) -> Any:
    """Return a setting as TOML holds it."""
    if isinstance(value, list | tuple):
        return [as_toml(item) for item in value]
    if isinstance(value, Mapping):
        return {key: as_toml(item) for key, item in value.items()}
    return value if isinstance(value, bool | int | float | str) else str(value)
