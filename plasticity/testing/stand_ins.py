"""The smallest parts that make a layer run around a component under test."""

from typing import Any

import attrs
import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.component import component
from plasticity.components.interface import interface_of
from plasticity.components.rule import Rule
from plasticity.components.setting import setting
from plasticity.components.variable import Stream
from plasticity.hookspecs import hookimpl
from plasticity.network.view import LayerView
from plasticity.typing import Array


@component
class Identity:
    """Activation y = u, with slope 1."""

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        activity[...] = current
        return activity

    @hookimpl
    def differentiate(self, slope: Array) -> Array:
        slope.fill(1)
        return slope


@component
class Step:
    """Optimizer W <- W + rate dW."""

    rate: float = setting(default=0.01, above=0, doc="learning rate")

    @hookimpl
    def apply_update(self, weights: Array, update: Array, clock: Clock) -> Array:
        weights += self.rate * clock.rate_factor * update
        return weights


@component
class Drawn:
    """Initial weights, normal with standard deviation 1/2."""

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights[...] = self.rng.normal(0, 0.5, weights.shape)


@component
class Correlate(Rule):
    """Rule phi = y, d = < y^2 >, which keeps the weights bounded however long the data."""

    @hookimpl
    def modulate(self, activity: Array, modulation: Array, decay: Array) -> None:
        modulation += activity
        decay += np.mean(np.square(activity), axis=1)


@component
class CorrelateSlope(Rule):
    """Rule phi = y sigma'(u), which makes the loop ask for the slope."""

    @hookimpl
    def modulate(self, activity: Array, slope: Array, modulation: Array) -> None:
        modulation += activity * slope


@component
class MeanSquare:
    """Threshold theta = < y^2 >."""

    @hookimpl
    def estimate_threshold(self, activity: Array, threshold: Array) -> Array:
        threshold[...] = np.mean(np.square(activity), axis=1)
        return threshold


@component
class MeanResponse:
    """Metric "mean_response": the mean activity on the evaluation samples."""

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"mean_response": np.mean(responses)}


class Keeper:
    """Listener that keeps copies of the measurements."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, dict[str, Array]]] = []

    @hookimpl
    def measured(self, layer: LayerView, clock: Clock, measurements: dict[str, Any]) -> None:
        copies = {name: np.array(value) for name, value in measurements.items()}
        self.kept.append((clock.step, copies))


class Halt:
    """Listener that ends the run after a number of steps, if one is given."""

    def __init__(self, step: int | None) -> None:
        self.step = step

    @hookimpl
    def should_stop(self, clock: Clock) -> str | None:
        return "halted" if clock.step == self.step else None


@attrs.frozen(eq=False)
class Asking:
    """Listener that lets the layers respond to the evaluation samples every second step."""

    simulation: Any
    every = 2

    @hookimpl
    def step_finished(self) -> None:
        self.simulation.respond(self.simulation.evaluation.samples)


class Forgetful:
    """Listener that puts NaN into the scratch arrays of a component after each step."""

    component: Any = None

    @hookimpl
    def step_finished(self) -> None:
        for variable in interface_of(self.component).variables:
            array = getattr(self.component, variable.name)
            if variable.intent == "scratch" and array.dtype.kind == "f":
                array.fill(np.nan)
