"""The plan: who answers an event, in pluggy's order, resolved once and called cheaply.

A pluggy call costs about 1 us and 0.4 us an answer; a step emits a dozen events. The plan reads
pluggy's own list of answers once, with the arguments already looked up, and then calls plain
functions. An event nobody answers is not in the plan, so it costs nothing. An event with a
wrapper is handed to pluggy as a whole. With PLASTICITY_TRACE=1 every event is, and is printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import pluggy

from plasticity.components.arrays import FILLS
from plasticity.components.clock import Clock
from plasticity.components.component import is_hook, label_of, written
from plasticity.errors import ComponentError, ContractError, PlasticityError
from plasticity.hookspecs import EVENTS, PROJECT


class Manager(pluggy.PluginManager):
    """A pluggy manager that counts its changes, so that a plan knows when it is out of date."""

    def __init__(self) -> None:
        super().__init__(PROJECT)
        self.changes = 0

    def register(self, plugin: Any, name: str | None = None) -> str | None:
        """Register a component; see pluggy."""
        self.changes += 1
        return super().register(plugin, name)

    def unregister(self, plugin: Any = None, name: str | None = None) -> Any:
        """Unregister a component; see pluggy."""
        self.changes += 1
        return super().unregister(plugin, name)

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        """How an attribute is marked; see pluggy."""
        # pluggy 1.6 gets every attribute to look at it, which a Variable without array refuses.
        if not is_hook(written(plugin, name)):
            return None
        return super().parse_hookimpl_opts(plugin, name)


class Answer(NamedTuple):
    """One call of the plan: a plain function and its arguments, bound."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    event: str
    component: Any
    fills: Any = None  # what the call must return: the array that it fills, or None
    whole: bool = False  # the call is pluggy's, for all answers of the event


Caller = Callable[[str], tuple[Answer, ...]]  # gives the answers to an event


def tracing() -> bool:
    """Whether PLASTICITY_TRACE asks for every call to be printed."""
    return os.environ.get("PLASTICITY_TRACE", "") not in ("", "0")


def answers(
    caller: pluggy.HookCaller, arguments: Mapping[str, Any], event: str = ""
) -> tuple[Answer, ...]:
    """The answers to one event, in the order in which pluggy would call them."""
    event = event or caller.name
    implementations = list(reversed(caller.get_hookimpls()))
    if not implementations:
        return ()
    fills = arguments.get(FILLS.get(event, ""))
    wrapped = any(found.wrapper or found.hookwrapper for found in implementations)
    if wrapped or tracing():
        call = _call_of_pluggy(caller, arguments, event)
        if tracing():
            call = partial(_traced, call, event, [found.plugin for found in implementations])
        return (Answer(call, (), event, implementations[-1].plugin, fills, whole=True),)
    return tuple(
        Answer(
            found.function,
            tuple(arguments[name] for name in found.argnames),
            event,
            found.plugin,
            fills,
        )
        for found in implementations
    )


def emit(plan: Iterable[Answer], clock: Clock | None = None) -> None:
    """Call all answers of a plan in order.

    Raises `ComponentError` where a component raises, from the original exception, and
    `ContractError` where it returns something else than the array that it had to fill.
    """
    try:
        for function, arguments, event, component, fills, _ in plan:
            found = function(*arguments)
            if found is not fills:
                raise _misreturn(event, component, found)
    except PlasticityError as error:
        error.add_note(_where(event, component, clock))
        raise
    except Exception as error:
        raise failure(error, event, component, clock) from error


def collect(plan: Iterable[Answer], clock: Clock | None = None) -> list[Any]:
    """Call all answers and gather what they return, None left out, as pluggy does."""
    gathered: list[Any] = []
    for answer in plan:
        found = _returned(answer, clock)
        if answer.whole:
            gathered.extend(found)
        elif found is not None:
            gathered.append(found)
    return gathered


def first(plan: Iterable[Answer], clock: Clock | None = None) -> Any:
    """Call answers until one returns something, and return that."""
    for answer in plan:
        found = _returned(answer, clock)
        if found is not None:
            return found
    return None


# What NumPy, and Numba while it compiles, say of a change to a read-only array.
_READ_ONLY = ("is read-only", "setitem(readonly array", "Cannot modify readonly array")


def failure(
    error: Exception, event: str, component: Any, clock: Clock | None = None
) -> PlasticityError:
    """The error to raise in place of what a component raised."""
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
    return f"{label_of(component)!r} in event {event}{when}"


def _returned(answer: Answer, clock: Clock | None) -> Any:
    returned: list[Any] = []

    def keep(*arguments: Any) -> None:
        returned.append(answer.function(*arguments))

    emit([answer._replace(function=keep, fills=None)], clock)
    return returned[0]


def _misreturn(event: str, component: Any, found: Any) -> ContractError:
    returned = f"{label_of(component)!r} returned {type(found).__name__} from {event}"
    if event in FILLS:
        name = FILLS[event]
        return ContractError(
            f"{returned}, which must return the very array {name!r} that it was given: write "
            f"{name}[...] = value, then return {name}"
        )
    return ContractError(f"{returned}, which returns nothing: what it changes it changes in place")


def _call_of_pluggy(
    caller: pluggy.HookCaller, arguments: Mapping[str, Any], event: str
) -> Callable[[], Any]:
    """A call of all answers through pluggy, which wants every argument of the event."""
    taken = EVENTS[event].arguments if event in EVENTS else tuple(arguments)
    call = partial(caller, **{name: arguments.get(name) for name in taken})
    if event in EVENTS and EVENTS[event].kind in ("chain", "notify"):
        return lambda: call() or None
    return call


def _traced(call: Callable[[], Any], event: str, components: list[Any]) -> Any:
    labels = ", ".join(label_of(component) for component in components)
    print(f"{event}: {labels}", file=sys.stderr)
    return call()
