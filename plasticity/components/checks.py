"""What is asked of the hooks of a component before it is used."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from plasticity.components.cadence import MUST_BE, is_cadence
from plasticity.components.derived_hooks import DERIVED
from plasticity.components.interface import Hook, Interface, interface_of, notice_changes
from plasticity.errors import ContractError, nearest
from plasticity.hookspecs import EVENTS


def check_hooks(component: Any, place: str) -> None:
    """Refuse hooks that pluggy would take in silence, or take differently from version to version.

    Raises `ContractError` for a misspelled event, an argument the event does not have, an argument
    with a default, a hook that is not a method, and a Kernel whose state has another shape.
    """
    if not isinstance(component, type):
        notice_changes(type(component))
    interface = interface_of(component)
    for hook in interface.hooks.values():
        mistake = _mistake(hook, loose=hook.own or isinstance(component, type))
        if mistake:
            raise ContractError(f"{place} {interface.label!r}: {mistake}")
    mistake = "" if isinstance(component, type) else _mistake_of_kernels(interface)
    if mistake:
        raise ContractError(f"{place} {interface.label!r}: {mistake}")
    if not interface.events:
        raise ContractError(
            f"{place} {interface.label!r} answers no event: mark its methods with @hookimpl "
            "(plasticity events lists all)"
        )
    every = interface.every
    if every is not None and not is_cadence(every):
        raise ContractError(f"{place} {interface.label!r}: every {MUST_BE}, got {every!r}")
    equality: Any = type(component).__eq__
    if equality is not object.__eq__:
        raise ContractError(
            f"{place} {interface.label!r} compares by value, and pluggy takes two equal listeners "
            "for one: make it a @component, or leave out __eq__ (@dataclass(eq=False))"
        )


@lru_cache(maxsize=4096)  # each run makes its components anew, of the same classes
def _mistake(hook: Hook, loose: bool) -> str:
    """Return what is wrong with a hook, or an empty string; `loose`: no class makes it a method."""
    event, function = hook.name, hook.function
    if event not in EVENTS:
        return f"there is no event {event!r}{nearest(event, EVENTS)} (plasticity events lists all)"
    method = inspect.ismethod(function)
    if not method and (loose or not inspect.isfunction(function)):
        return (
            f"{event} must be a plain method of its class, got {type(function).__name__}; put no "
            "decorator beside @hookimpl"
        )
    if hook.wraps and not inspect.isgeneratorfunction(function):
        return (
            f"{event} is marked as a wrapper, which must be a generator: it yields once, where the "
            "wrapped answers are called"
        )
    known = EVENTS[event].arguments
    parameters = list(inspect.signature(function).parameters.values())
    if not method:
        if not parameters or parameters[0].name in known:
            return f"{event} is a method, but takes no self"
        parameters = parameters[1:]
    for parameter in parameters:
        if parameter.default is not parameter.empty:
            return (
                f"argument {parameter.name!r} of {event} has a default, which pluggy fills or not "
                "depending on its version; leave the default out"
            )
        if parameter.kind in _STARRED:
            return (
                f"{event} takes {_STARRED[parameter.kind]}{parameter.name}, but the signature of "
                "an answer is its list of dependencies; name each, by position"
            )
        if parameter.name not in known:
            return (
                f"{event} has no argument {parameter.name!r}{nearest(parameter.name, known)} "
                f"(it has {', '.join(known)})"
            )
    return ""


# Of the state of which a kernel gets an element: the loops trust its shape.
_DIMS_OF_STATE = {
    "estimate_threshold": ("neuron",),
    "apply_update": ("neuron", "input"),
    "constrain_weights": ("neuron", "input"),
}


def _mistake_of_kernels(interface: Interface) -> str:
    """Return what is wrong with the kernels of a component, or an empty string."""
    for event, hook in interface.hooks.items():
        if hook.function in DERIVED and event not in interface.kernels:
            return f"its hook for {event} is made of a Kernel, which its `kernels` lack"
    declared = {variable.name: variable.dims for variable in interface.variables}
    for event, kernel in interface.kernels.items():
        if event not in EVENTS:
            return f"it has a Kernel for {event!r}, which is no event{nearest(event, EVENTS)}"
        for name in kernel.state if event in _DIMS_OF_STATE else ():
            dims = _DIMS_OF_STATE[event]
            if declared.get(name) != dims:
                found = "no Variable" if name not in declared else f"one of {declared[name]}"
                return (
                    f"the state {name!r} of its Kernel for {event} must be a Variable({dims}), "
                    f"but is {found}"
                )
    return ""


_STARRED = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
    inspect.Parameter.KEYWORD_ONLY: "*, ",
}
