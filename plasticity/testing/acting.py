"""Whether a component changes what its events are there to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plasticity.components.interface import interface_of
from plasticity.network.snapshot import put_back
from plasticity.simulation.simulation import Simulation
from plasticity.testing.behaviour import CHANGES
from plasticity.testing.findings import BrokenError, contract_check
from plasticity.testing.trial import probe, try_out, under_test


@contract_check
def check_acts(component: Any) -> None:
    """It changes something in each event that is there to change something.

    An event in which nothing changes is tried again on arrays that are large and of the other sign.
    Those that a class attribute `idle_in` names are meant to change nothing.
    """

    def around(event: str, arrays: dict[str, Any], call: Callable[[], Any]) -> Any:
        idle = event not in CHANGES or event in interface_of(component).idle_in
        if idle or acts.get(event):
            return call()
        own = under_test(component, simulations[0])
        targets = [arrays[name] for name in sorted(CHANGES[event])]
        state = [getattr(own, variable.name) for variable in interface_of(own).variables]
        draws = [getattr(own, declared.name) for declared in interface_of(own).streams]

        def left() -> list[Any]:
            bits = [array.tobytes() for array in (*targets, *state)]
            return [*bits, *(str(generator.bit_generator.state) for generator in draws)]

        before, result = left(), call()
        acts[event] = left() != before
        if not acts[event]:
            with put_back([own]):
                kept = [array.copy() for array in targets]
                for array in targets:
                    array *= -1e3
                before = left()
                call()
                acts[event] = left() != before
                for array, values in zip(targets, kept, strict=True):
                    array[...] = values
        return result

    def prepare(simulation: Simulation) -> None:
        simulations.append(simulation)
        probe(component, simulation, around)

    simulations: list[Simulation] = []
    acts: dict[str, bool] = {}
    try_out(component, prepare=prepare)
    for event, changes in acts.items():
        if not changes:
            name = min(CHANGES[event])
            raise BrokenError(
                f"{event} changes nothing: fill arrays in place ({name}[...] = value, or +=, *=), "
                f"since {name} = value leaves the array as it is; check what is idle by its "
                "settings with others"
            )
