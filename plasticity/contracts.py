"""The checks that assembly makes before the first step, each naming component and place."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from plasticity.components import arguments_of, events_of, is_hook, label_of
from plasticity.errors import ConflictError, ContractError, MissingPartError, nearest
from plasticity.hookspecs import EVENTS
from plasticity.state import SHARED
from plasticity.variable import variables_of


def check_hooks(component: Any, place: str) -> None:
    """Refuse hooks that pluggy would take in silence, or take differently from version to version.

    Raises `ContractError` for a misspelled event, an argument the event does not have, an argument
    with a default, and a hook that is not a method.
    """
    named = f"{place} {label_of(component)!r}"
    for name in dir(type(component)) + list(vars(component)):
        function = inspect.getattr_static(component, name)
        if not is_hook(function):
            continue
        if name not in EVENTS:
            raise ContractError(
                f"{named}: there is no event {name!r}{nearest(name, EVENTS)} "
                "(plasticity events lists all)"
            )
        if not inspect.isfunction(function) and not inspect.ismethod(function):
            raise ContractError(
                f"{named}: {name} must be a plain method, got {type(function).__name__}; put no "
                "other decorator under @hookimpl"
            )
        _check_signature(function, name, named)


def _check_signature(function: Any, event: str, named: str) -> None:
    parameters = list(inspect.signature(function).parameters.values())
    if not inspect.ismethod(function):
        parameters = parameters[1:]
    for parameter in parameters:
        if parameter.default is not parameter.empty:
            raise ContractError(
                f"{named}: argument {parameter.name!r} of {event} has a default, which pluggy "
                "fills or not depending on its version; leave the default out"
            )
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ContractError(
                f"{named}: {event} takes *{parameter.name}, but the signature of an answer is its "
                "list of dependencies; name the arguments"
            )
        if parameter.name not in EVENTS[event].arguments:
            raise ContractError(
                f"{named}: {event} has no argument {parameter.name!r}"
                f"{nearest(parameter.name, EVENTS[event].arguments)} "
                f"(it has {', '.join(EVENTS[event].arguments)})"
            )


def check_single(components: Mapping[str, Any], scope: str) -> None:
    """Refuse two answers to an event of which there is one."""
    answering: dict[str, str] = {}
    for place, component in components.items():
        for event in events_of(component):
            if EVENTS[event].kind != "one" or event == "should_stop":
                continue
            named = f"{place} {label_of(component)!r}"
            other = answering.setdefault(event, named)
            if other != named:
                raise ConflictError(
                    f"two components answer {event}: {other} and {named}; {scope} has one"
                )


def shared_arrays(components: Iterable[Any]) -> set[str]:
    """The shared arrays that these components use, by hook arguments and by declaration."""
    used: set[str] = set()
    for component in components:
        for event in events_of(component):
            # To fill the slope is not to use it: it is filled where somebody reads it.
            if event != "differentiate":
                used.update(arguments_of(getattr(component, event)))
        used.update(
            variable.name
            for variable in variables_of(component)
            if variable.intent in ("in", "inout")
        )
    return used & set(SHARED)


def check_filled(components: Mapping[str, Any], layer: str) -> None:
    """Refuse a layer in which a component reads a shared array that no component fills."""
    answered = {event for component in components.values() for event in events_of(component)}
    for place, component in components.items():
        for name in sorted(shared_arrays([component])):
            event = SHARED[name][1]
            if event in ("draw_batch", "init_state", "modulate") or event in answered:
                continue
            raise MissingPartError(
                f"{place} {label_of(component)!r} reads {name!r}, but no component of {layer} "
                f"answers {event}, which fills it{_REMEDY.get(name, '')}"
            )


_REMEDY = {
    "threshold": ": give the layer a threshold estimator (threshold = ...)",
    "slope": ": its activation has no derivative; use another activation",
}
