"""What is asked of the hooks of a component before it is used."""

from __future__ import annotations

import inspect
from typing import Any

from plasticity.components.cadence import MUST_BE, is_cadence
from plasticity.components.component import events_of, is_hook, is_wrapper, label_of, written
from plasticity.errors import ContractError, nearest
from plasticity.hookspecs import EVENTS


def check_hooks(component: Any, place: str) -> None:
    """Refuse hooks that pluggy would take in silence, or take differently from version to version.

    Raises `ContractError` for a misspelled event, an argument the event does not have, an argument
    with a default, and a hook that is not a method.
    """
    named = f"{place} {label_of(component)!r}"
    for name in dir(component):
        function = written(component, name)
        if not is_hook(function):
            continue
        if name not in EVENTS:
            raise ContractError(
                f"{named}: there is no event {name!r}{nearest(name, EVENTS)} "
                "(plasticity events lists all)"
            )
        bound = inspect.isfunction(function) and name not in getattr(component, "__dict__", ())
        if not bound and not inspect.ismethod(function):
            raise ContractError(
                f"{named}: {name} must be a plain method of its class, got "
                f"{type(function).__name__}; put no decorator beside @hookimpl"
            )
        _check_signature(function, name, named)
    if not events_of(component):
        raise ContractError(
            f"{named} answers no event: mark its methods with @hookimpl "
            "(plasticity events lists all)"
        )
    every = getattr(component, "every", None)
    if every is not None and not is_cadence(every):
        raise ContractError(f"{named}: every {MUST_BE}, got {every!r}")
    equality: Any = type(component).__eq__
    if equality is not object.__eq__:
        raise ContractError(
            f"{named} compares by value, and pluggy takes two equal listeners for one: make it a "
            "@component, or leave out __eq__ (@dataclass(eq=False))"
        )


def _check_signature(function: Any, event: str, named: str) -> None:
    parameters = list(inspect.signature(function).parameters.values())
    if is_wrapper(function) and not inspect.isgeneratorfunction(function):
        raise ContractError(
            f"{named}: {event} is marked as a wrapper, which must be a generator: it yields once, "
            "where the wrapped answers are called"
        )
    if not inspect.ismethod(function):
        if not parameters or parameters[0].name in EVENTS[event].arguments:
            raise ContractError(f"{named}: {event} is a method, but takes no self")
        parameters = parameters[1:]
    for parameter in parameters:
        if parameter.default is not parameter.empty:
            raise ContractError(
                f"{named}: argument {parameter.name!r} of {event} has a default, which pluggy "
                "fills or not depending on its version; leave the default out"
            )
        if parameter.kind in _STARRED:
            raise ContractError(
                f"{named}: {event} takes {_STARRED[parameter.kind]}{parameter.name}, but the "
                "signature of an answer is its list of dependencies; name each, by position"
            )
        if parameter.name not in EVENTS[event].arguments:
            raise ContractError(
                f"{named}: {event} has no argument {parameter.name!r}"
                f"{nearest(parameter.name, EVENTS[event].arguments)} "
                f"(it has {', '.join(EVENTS[event].arguments)})"
            )


_STARRED = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
    inspect.Parameter.KEYWORD_ONLY: "*, ",
}
