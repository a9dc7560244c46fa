"""The calls of an event, in pluggy's order, resolved once and made cheaply.

A pluggy call costs about 1 us and 0.4 us a component; a step emits a dozen events. `calls_of` reads
pluggy's own list of implementations once, looks the arguments up, and gives plain functions. An
event that no component answers has no call, so it costs nothing. An event with a wrapper is left to
pluggy as a whole. With PLASTICITY_TRACE=1 every event is, and is printed.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import pluggy

from plasticity.components.clock import Clock
from plasticity.components.events import FILLS
from plasticity.components.interface import Hook, interface_of
from plasticity.errors import ComponentError, ContractError, PlasticityError
from plasticity.hookspecs import EVENTS, PROJECT


class Manager(pluggy.PluginManager):
    """A pluggy manager that reads the hooks of a component off its interface."""

    def __init__(self) -> None:
        super().__init__(PROJECT)
        self._hooks: Mapping[str, Hook] = {}  # of the component that is being registered

    def register(self, plugin: Any, name: str | None = None) -> str | None:
        self._hooks = interface_of(plugin).hooks
        return super().register(plugin, name)

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        # pluggy 1.6 gets every attribute to look at it, which a Variable without array refuses.
        return self._hooks[name].marks if name in self._hooks else None


class Call(NamedTuple):
    """A function of a component and its arguments, bound."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    event: str
    component: Any
    fills: Any = None  # the array that the function fills and must return, or None
    whole: bool = False  # the function is pluggy's, for all components that answer the event


Calls = tuple[Call, ...]
Caller = Callable[[str], Calls]  # from an event


def tracing() -> bool:
    """Return whether PLASTICITY_TRACE asks for every call to be printed."""
    return os.environ.get("PLASTICITY_TRACE", "") not in ("", "0")


def calls_of(caller: pluggy.HookCaller, arguments: Mapping[str, Any], event: str = "") -> Calls:
    """Return the calls of an event, in the order in which pluggy would make them."""
    event = event or caller.name
    implementations = list(reversed(caller.get_hookimpls()))
    if not implementations:
        return ()
    fills = arguments.get(FILLS.get(event, ""))
    wrapped = any(hook.wrapper or hook.hookwrapper for hook in implementations)
    if wrapped or tracing():
        components = [hook.plugin for hook in implementations]
        call = _call_of_pluggy(caller, arguments, event, components)
        return (Call(call, (), event, components[-1], fills, whole=True),)
    taken = [tuple(arguments[name] for name in hook.argnames) for hook in implementations]
    calls = zip(implementations, taken, strict=True)
    return tuple(Call(hook.function, given, event, hook.plugin, fills) for hook, given in calls)


def emit(calls: Iterable[Call], clock: Clock | None = None) -> None:
    """Make calls in order, each of which returns the very array that it had to fill."""
    try:
        for function, arguments, event, component, fills, _ in calls:
            returned = function(*arguments)
            if returned is not fills:
                raise _misreturn(event, component, returned)
    except PlasticityError as error:
        error.add_note(_where(event, component, clock))
        raise
    except Exception as error:
        raise _failure(error, event, component, clock) from error


def collect(calls: Iterable[Call], clock: Clock | None = None) -> list[Any]:
    """Make calls and gather what they return, None left out, as pluggy does."""
    each = (_returned(call, clock) if call.whole else [_returned(call, clock)] for call in calls)
    return [value for returned in each for value in returned if value is not None]


def first(calls: Iterable[Call], clock: Clock | None = None) -> Any:
    """Make calls until one returns something, and return that."""
    returned = (_returned(call, clock) for call in calls)
    return next((value for value in returned if value is not None), None)


# What NumPy, and Numba while it compiles, say of a change to a read-only array.
_READ_ONLY = ("is read-only", "setitem(readonly array", "Cannot modify readonly array")


def _failure(error: Exception, event: str, component: Any, clock: Clock | None) -> PlasticityError:
    where = _where(event, component, clock)
    if any(words in str(error) for words in _READ_ONLY):
        return ContractError(
            f"{where}: it changes an array that is read-only there: listeners look on; to change "
            "an array, answer an event of kind 'chain', or work on a copy"
        )
    return ComponentError(
        f"{where} raised {type(error).__name__}: {error}; what was recorded until then is kept"
    )


def _where(event: str, component: Any, clock: Clock | None) -> str:
    when = f" at {clock}" if clock is not None else ""
    return f"{interface_of(component).label!r} in event {event}{when}"


def _returned(call: Call, clock: Clock | None) -> Any:
    returned: list[Any] = []

    def keep(*arguments: Any) -> None:
        returned.append(call.function(*arguments))

    emit([call._replace(function=keep, fills=None)], clock)
    return returned[0]


def _misreturn(event: str, component: Any, value: Any) -> ContractError:
    returned = f"{interface_of(component).label!r} returned {type(value).__name__} from {event}"
    if name := FILLS.get(event):
        return ContractError(
            f"{returned}, which must return the very array {name!r} that it was given: write "
            f"{name}[...] = value, then return {name}"
        )
    return ContractError(f"{returned}, which returns nothing: what it changes it changes in place")


def _call_of_pluggy(
    caller: pluggy.HookCaller, arguments: Mapping[str, Any], event: str, components: list[Any]
) -> Callable[[], Any]:
    """Return a call of all components through pluggy, which wants every argument of the event."""
    taken = EVENTS[event].arguments if event in EVENTS else tuple(arguments)
    given = {name: arguments.get(name) for name in taken}
    silent = event in EVENTS and EVENTS[event].kind in ("chain", "notify")

    def call() -> Any:
        if tracing():
            labels = ", ".join(interface_of(component).label for component in components)
            print(f"{event}: {labels}", file=sys.stderr)
        returned = caller(**given)
        return returned or None if silent else returned

    return call
