"""A tiny experiment around one component, run and looked at."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any, Literal, Self

import attrs
import numpy as np

from plasticity.components.data import Data
from plasticity.components.interface import interface_of
from plasticity.errors import DivergenceError
from plasticity.experiment.registry import find
from plasticity.experiment.spec import Experiment, Layer, Phase
from plasticity.network.dispatch import Call
from plasticity.network.snapshot import not_finite
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.testing import stand_ins
from plasticity.typing import Array

# (component, event, arrays, call) -> result of the call
Around = Callable[[Any, str, dict[str, Any], Callable[[], Any]], Any]

# The stand-in of a part, which stays out where the component under test answers the event itself.
_STAND_INS: dict[str, tuple[str, type]] = {
    "activation": ("activate", stand_ins.Identity),
    "optimizer": ("apply_update", stand_ins.Step),
    "threshold": ("estimate_threshold", stand_ins.MeanSquare),
}
_ENTRIES = {
    entry.metadata["role"]: entry
    for entry in (*attrs.fields(Experiment), *attrs.fields(Layer))
    if "role" in entry.metadata
}


@attrs.frozen
class Size:
    """How large a trial is; the defaults leave a last batch that is not full.

    >>> Size(neurons=1).n_step
    6
    """

    neurons: int = 4
    image: tuple[int, int] = (2, 3)
    samples: int = 7
    batch: int = 3
    epochs: int = 2

    @property
    def n_step(self) -> int:
        """Steps of the whole trial."""
        return -(-self.samples // self.batch) * self.epochs


@attrs.frozen
class Trial:
    """What a run left: its whole state, its measurements by step, and how it ended."""

    snapshot: dict[str, Any]
    measurements: list[tuple[int, dict[str, Array]]]
    outcome: str
    simulation: Simulation

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays of the state by layer and name: "layer_0.weights"; of what looks on last."""
        found = {
            f"{layer}.{name}": array
            for layer, state in self.snapshot.items()
            for name, array in sorted(state["arrays"].items())
        }
        return dict(sorted(found.items(), key=lambda item: "diagnostics." in item[0]))

    def differs_from(self, other: Self) -> str:
        """Return the first thing of the state that differs in a single bit; "" where none does."""
        for name, array in self.arrays.items():
            if array.tobytes() != other.arrays[name].tobytes():
                return name
        for layer, state in self.snapshot.items():
            for place, stream in state["streams"].items():
                if stream != other.snapshot[layer]["streams"][place]:
                    return f"the random stream {layer}.{place}"
        theirs = dict(other.measurements)
        for step, measurements in self.measurements:
            for name, value in measurements.items():
                if value.tobytes() != theirs[step][name].tobytes():
                    return f"the measurement {name!r} at step {step}"
        return "" if self.outcome == other.outcome else "the outcome"


def made(component: Any, **settings: Any) -> Any:
    """Return the component to be checked, from itself, its class or its name."""
    if isinstance(component, str):
        component = find(component)
    if isinstance(component, type):
        return component(**settings)
    return attrs.evolve(component, **settings) if settings else component


def experiment_of(
    component: Any, size: Size = Size(), dtype: Literal["float32", "float64"] = "float64"
) -> Experiment:
    """Return the smallest experiment in which a component plays its role.

    Where it does not work alone, its attribute `beside` names what it needs: entry of a layer ->
    name of a component, as in {"threshold": "moments"}.
    """
    interface = interface_of(component)
    entry, answered = _ENTRIES[interface.role], interface.events
    # A component is copied at assembly; a plain listener is not, and would carry over what it saw.
    part = component if attrs.has(type(component)) else deepcopy(component)
    layer: dict[str, Any] = {
        name: None if event in answered else stand_in()
        for name, (event, stand_in) in _STAND_INS.items()
    }
    layer.update(interface.beside)
    layer["initializer"] = stand_ins.Drawn()
    rule = stand_ins.CorrelateSlope if "differentiate" in answered else stand_ins.Correlate
    layer["rule"] = rule()
    samples = np.random.default_rng(5).random((size.samples, *size.image))
    whole: dict[str, Any] = {
        "data": Data(samples, labels=np.arange(size.samples) % 2, name="samples"),
        "metrics": (stand_ins.MeanResponse(),),
        "measure_every": 1,
    }
    # A component that waits for a phase of some name has it in the second part of the run.
    named = isinstance(interface.phase, str) and interface.phase
    second = Phase(named or "second", 1)
    whole["phases"] = (Phase("first", 1), *[second] * (size.epochs - 1))
    holder = layer if hasattr(Layer, entry.name) else whole
    holder[entry.name] = (part,) if entry.default == () else part
    if interface.role == "source":
        # Real data have many inputs and many steps: the usual step would diverge on them, and to
        # measure at each takes long.
        layer["optimizer"] = stand_ins.Step(rate=0.001)
        whole["measure_every"] = 0
    whole["layers"] = (Layer(neurons=size.neurons, **layer),)
    return Experiment(batch_size=size.batch, seed=20, dtype=dtype, **whole)


def try_out(
    component: Any,
    size: Size = Size(),
    dtype: Literal["float32", "float64"] = "float64",
    *,
    measured: bool = True,
    halt: int | None = None,
    after: Mapping[str, Any] | None = None,
    around: Around | None = None,
    prepare: Callable[[Simulation], None] | None = None,
    listeners: Iterable[Any] = (),
) -> Trial:
    """Run the smallest experiment in which a component plays its role.

    measured   whether there is a metric beside the component
    halt       step after which the run is ended
    after      snapshot of the same experiment to go on from
    around     makes every call of the component, as around(component, event, arrays, call)
    prepare    called with the assembled simulation
    listeners  further listeners

    >>> from plasticity.testing import stand_ins
    >>> try_out(stand_ins.Step(rate=0.1)).outcome
    'finished'
    """
    keeper = stand_ins.Keeper()
    experiment = experiment_of(component, size, dtype)
    if not measured:
        experiment = attrs.evolve(experiment, metrics=())
    simulation = assemble(experiment, [keeper, stand_ins.Halt(halt), *listeners])
    if after is not None:
        simulation.restore(after)
    if around is not None:
        _probe(component, simulation, around)
    if prepare is not None:
        prepare(simulation)
    try:
        outcome = simulation.run().outcome
    except DivergenceError as error:
        if not any(not_finite(simulation.layers)):
            raise
        outcome = str(error)
    return Trial(simulation.snapshot(), keeper.kept, outcome, simulation)


def under_test(component: Any, simulation: Simulation) -> Any:
    """Return the copy of the component that takes part in a simulation."""
    states = simulation.network.states
    parts = [part for state in states for part in state.components.values()]
    return next(part for part in parts if type(part) is type(component))


def _probe(component: Any, simulation: Simulation, around: Around) -> None:
    """Let `around` make every call of the component in each step."""
    plain_caller = simulation.network.caller

    def caller(layer: Any, arrays: Mapping[str, Any], *rest: Any) -> Any:
        plain_call, known = plain_caller(layer, arrays, *rest), {"clock": layer.clock, **arrays}

        def probed(answer: Call) -> Call:
            if type(answer.component) is not type(component) or answer.whole:
                return answer

            def function(*arguments: Any) -> Any:
                call = partial(answer.function, *arguments)
                return around(answer.component, answer.event, known, call)

            return answer._replace(function=function)

        return lambda event: tuple(map(probed, plain_call(event)))

    vars(simulation.network)["caller"] = caller
