"""What is asked of the hooks of a component before it is used."""

import inspect
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from plasticity.components.cadence import given_cadence
from plasticity.components.derived_hooks import DERIVED
from plasticity.components.interface import Hook, Interface, interface_of, notice_changes
from plasticity.errors import ContractError, EntryError, nearest
from plasticity.hookspecs import EVENTS


def check_hooks(component: Any, place: str) -> None:
    """Refuse what pluggy would take in silence, or take differently from version to version."""
    if not isinstance(component, type):
        notice_changes(type(component))
    interface = interface_of(component)
    for mistake in _mistakes(component, interface):
        raise ContractError(f"{interface.at(place)}{mistake}")


def _mistakes(component: Any, interface: Interface) -> Iterator[str]:
    is_class = isinstance(component, type)
    mistakes = [_mistake(hook, hook.own or is_class) for hook in interface.hooks.values()]
    mistakes += () if is_class else _mistakes_of_kernels(interface)
    yield from (f": {mistake}" for mistake in mistakes if mistake)
    if not interface.events:
        yield " answers no event: mark its methods with @hookimpl (plasticity events lists all)"
    try:
        given_cadence(1 if interface.every is None else interface.every, 1)
    except EntryError as error:
        yield f": {error}"
    equality: Any = type(component).__eq__
    if equality is not object.__eq__:
        yield (
            " compares by value, and pluggy takes two equal listeners for one: make it a "
            "@component, or leave out __eq__ (@dataclass(eq=False))"
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
        name, stars = parameter.name, _STARRED.get(parameter.kind.name)
        if parameter.default is not parameter.empty:
            return (
                f"argument {name!r} of {event} has a default, which pluggy fills or not depending "
                "on its version; leave the default out"
            )
        if stars:
            return (
                f"{event} takes {stars}{name}, but the signature of an answer is its list of "
                "dependencies; name each, by position"
            )
        if name not in known:
            offer = f"{nearest(name, known)} (it has {', '.join(known)})"
            return f"{event} has no argument {name!r}{offer}"
    return ""


# Of the state of which a kernel gets an element: the loops trust its shape.
_DIMS_OF_STATE = {
    "estimate_threshold": ("neuron",),
    "apply_update": ("neuron", "input"),
    "constrain_weights": ("neuron", "input"),
}


def _mistakes_of_kernels(interface: Interface) -> Iterator[str]:
    for event, hook in interface.hooks.items():
        if hook.function in DERIVED and event not in interface.kernels:
            yield f"its hook for {event} is made of a Kernel, which its `kernels` lack"
    declared = {variable.name: variable.dims for variable in interface.variables}
    for event, kernel in interface.kernels.items():
        if event not in EVENTS:
            yield f"it has a Kernel for {event!r}, which is no event{nearest(event, EVENTS)}"
        for name in kernel.state if event in _DIMS_OF_STATE else ():
            dims = _DIMS_OF_STATE[event]
            if declared.get(name) != dims:
                found = "no Variable" if name not in declared else f"one of {declared[name]}"
                yield (
                    f"the state {name!r} of its Kernel for {event} must be a Variable({dims}), "
                    f"but is {found}"
                )


_STARRED = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**", "KEYWORD_ONLY": "*, "}
