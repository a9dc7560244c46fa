"""What the framework reads off a component: its events, state, settings and other attributes.

All of it is read here and nowhere else. What a class decides is read once a class; a hook that was
put on an object itself is found as well.
"""

import inspect
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import attrs

from plasticity.components.derived_hooks import DERIVED
from plasticity.components.events import ROLES
from plasticity.components.kernel import Kernel
from plasticity.components.setting import Setting, settings_of
from plasticity.components.variable import Stream, Variable
from plasticity.errors import ContractError
from plasticity.hookspecs import EVENTS, PROJECT

Value = TypeVar("Value")


@attrs.frozen(eq=False)
class Hook:
    """A method marked with `@hookimpl`, as it is written: no descriptor has been asked for it."""

    name: str
    function: Any
    marks: dict[str, Any]  # what the mark says, as pluggy keeps it
    arguments: tuple[str, ...]  # `self` left out
    own: bool  # whether it was put on the object itself, not on its class

    @property
    def wraps(self) -> bool:
        return bool(self.marks["wrapper"] or self.marks["hookwrapper"])


class _Attribute(Generic[Value]):
    """Attribute of a component, read whenever it is asked for: settings may decide what it says."""

    def __init__(self, default: Value, meaning: str) -> None:
        self.default = default
        self.__doc__ = meaning

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, interface: Any, owner: type) -> Value:
        value: Value = getattr(interface.component, self.name, self.default)
        return value


@attrs.frozen(eq=False)
class Interface:
    """One component as the framework sees it; of a class, what holds for all its instances."""

    component: Any
    hooks: Mapping[str, Hook]  # those that are misspelled as well
    events: Mapping[str, tuple[str, ...]]  # that it answers -> arguments, in order of emission
    variables: tuple[Variable, ...]  # those of base classes first
    streams: tuple[Stream, ...]
    settings: Mapping[str, Setting]

    # Attributes by which a component says something, a table of plugins/README.md.
    source = _Attribute("", "keys or entries of BibTeX")
    once = _Attribute(False, "whether an encoder does to a sample the same at every step")
    every = _Attribute[Any](None, "when a listener is called or a metric measures")
    following = _Attribute[Any](None, "method that returns the next step of a listener")
    looks_at = _Attribute[Collection[str]]((), "arrays that a listener reads beside its arguments")
    kept_in_stretch = _Attribute[Any](None, "method that returns a listener's `Offer`")
    describes = _Attribute[Mapping[str, Any]]({}, "measurement -> long_name, units, comment")
    beside = _Attribute[Mapping[str, str]]({}, "entry of the layer -> component that it needs")
    idle_in = _Attribute[Collection[str]]((), "events in which it is meant to change nothing")
    phase = _Attribute[Any]("", "name of the phase that it waits for")

    @property
    def label(self) -> str:
        """How messages call it: `label`, or else the name of its class in snake case."""
        cls = self.component if isinstance(self.component, type) else type(self.component)
        return getattr(self.component, "label", None) or snake_case(cls.__name__)

    def at(self, place: str) -> str:
        return f"{place} {self.label!r}"

    @property
    def kernels(self) -> dict[str, Kernel]:
        """Event -> kernel: what it does there in a compiled step, unless a later hook says else."""
        given = getattr(self.component, "kernels", ())
        return {kernel.event: kernel for kernel in given if not self._overrides(kernel.event)}

    def _overrides(self, event: str) -> bool:
        """Whether a hook was written later than `kernels`: by a subclass, or on the object."""
        if event not in self.hooks or self.hooks[event].function in DERIVED:
            return False
        cls = self.component if isinstance(self.component, type) else type(self.component)
        bases = map(vars, cls.__mro__)
        later = next((names for names in bases if {"kernels", event} & names.keys()), ())
        return self.hooks[event].own or "kernels" not in later

    @property
    def makes_kernels(self) -> bool:
        """Whether `kernels` is a property, so that its settings decide them."""
        return isinstance(getattr(type(self.component), "kernels", None), property)

    @property
    def declared(self) -> tuple[Variable | Stream, ...]:
        return (*self.variables, *self.streams)

    @property
    def role(self) -> str:
        for role, events in ROLES.items():
            if not self.events.keys().isdisjoint(events):
                return role
        raise ContractError(
            f"{self.label!r} answers no event: mark its methods with @hookimpl "
            "(plasticity events lists all events)"
        )


def interface_of(component: Any) -> Interface:
    """Return the interface of a component, or of a class of components."""
    cls: Any = component if isinstance(component, type) else type(component)
    shared = _of_class(cls)
    if cls is component:
        return shared
    own = {
        name: value
        for name, value in getattr(component, "__dict__", {}).items()
        if name in shared.hooks or (callable(value) and marks_of(value))
    }
    hooks, events = shared.hooks, shared.events
    if own:
        hooks = {name: hook for name, hook in hooks.items() if name not in own}
        hooks = dict(sorted((hooks | _hooks(own, own=True)).items()))
        events = _events(hooks)
    return Interface(component, hooks, events, shared.variables, shared.streams, shared.settings)


def marks_of(function: object) -> Any:
    """Return what `@hookimpl` left on a function, also behind a staticmethod; None if nothing."""
    behind = getattr(function, "__func__", None)
    return getattr(function, f"{PROJECT}_impl", None) or getattr(behind, f"{PROJECT}_impl", None)


def snake_case(name: str) -> str:
    """Return the name of a class in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def notice_changes(cls: type) -> None:
    """Read classes anew if something was put on this one since it was looked at."""
    members = tuple(id(value) for base in cls.__mro__[:-1] for value in vars(base).values())
    if _MEMBERS.get(cls) != members:
        _MEMBERS[cls] = members
        _of_class.cache_clear()


_MEMBERS: WeakKeyDictionary[type, tuple[int, ...]] = WeakKeyDictionary()


@lru_cache(maxsize=1024)  # runs in a row, and the plans of one run, ask for the same again
def _of_class(cls: type) -> Interface:
    members: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        members.update(vars(base))
    hooks = _hooks(dict(sorted(members.items())), own=False)
    variables = tuple(value for value in members.values() if isinstance(value, Variable))
    streams = tuple(value for value in members.values() if isinstance(value, Stream))
    return Interface(cls, hooks, _events(hooks), variables, streams, settings_of(cls))


def _hooks(members: Mapping[str, Any], own: bool) -> dict[str, Hook]:
    return {
        name: Hook(name, function, marks, _arguments(function, own), own)
        for name, function in members.items()
        if (marks := marks_of(function))
    }


def _arguments(function: Any, own: bool) -> tuple[str, ...]:
    code = getattr(function, "__code__", None)
    if code is None:  # no plain method, which is refused
        return ()
    names: tuple[str, ...] = code.co_varnames[: code.co_argcount]
    return names if own and not inspect.ismethod(function) else names[1:]


def _events(hooks: Mapping[str, Hook]) -> dict[str, tuple[str, ...]]:
    return {event: hooks[event].arguments for event in EVENTS if event in hooks}
