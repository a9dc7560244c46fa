"""What makes a class a component: `@component`, and what can be asked of one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform, overload

import attrs

from plasticity.components.setting import setting, settings_of
from plasticity.errors import ContractError
from plasticity.hookspecs import EVENTS, PROJECT, ROLES, hookimpl

Class = TypeVar("Class", bound=type)
_WORDS_OF_A_TABLE = {"name", "coefficient", "phases", "schedule"}


@overload
def component(cls: Class) -> Class: ...
@overload
def component(*, source: str = "", label: str = "") -> Callable[[Class], Class]: ...
@dataclass_transform(eq_default=False, kw_only_default=True, field_specifiers=(setting,))
def component(
    cls: Class | None = None, *, source: str = "", label: str = ""
) -> Class | Callable[[Class], Class]:
    """Make a class a component: an attrs class with keyword settings that compares by identity.

    source   BibTeX entry of the paper, or its key in the `references.bib` of the package; several
             keys are separated by commas
    label    how messages call the component; the class name in snake case unless given

    What measures has a setting `every` besides its own: when it does, if not with the others.

    Identity, because pluggy compares plugins with `==` and would take two equal ones for one.

    >>> from plasticity import component, hookimpl, setting
    >>> @component
    ... class Half:
    ...     share: float = setting(default=0.5, low=0, high=1, doc="share of the current kept")
    ...     @hookimpl
    ...     def shape_current(self, current):
    ...         current *= self.share
    >>> Half(share=2)
    Traceback (most recent call last):
    plasticity.errors.SettingError: half: share must lie in [0, 1], got 2
    """

    def decorate(cls: Class) -> Class:
        if is_hook(getattr(cls, "measure", None)) and not hasattr(cls, "every"):
            _add_every(cls)
        made: Any = attrs.define(eq=False, slots=False, kw_only=True)(cls)
        made.label = label or _snake_case(cls.__name__)
        taken = _WORDS_OF_A_TABLE & settings_of(made).keys()
        if taken:
            raise ContractError(
                f"{made.label}: no setting may be called {min(taken)!r}, which has a meaning of "
                "its own in the table of a component; choose another word"
            )
        made.source = source or getattr(cls, "source", "")
        if made.__reduce__ is object.__reduce__:
            made.__reduce__ = _reduce
        if made.source and "cite" not in vars(made):
            made.cite = hookimpl(_cite)
        result: Class = made
        return result

    return decorate if cls is None else decorate(cls)


def _add_every(cls: type) -> None:
    """Give a class that measures the setting that tells when."""
    if any("every" in settings_of(base) for base in cls.__mro__[1:]):
        return
    cls.__annotations__ = {**inspect.get_annotations(cls), "every": int | str | None}
    cls.every = setting(  # type: ignore[attr-defined]  # attrs makes a setting of it
        default=None,
        unit="steps",
        doc='when it measures: steps, or a string such as "2 epochs"; with the others if not set',
    )


def _reduce(self: Any) -> tuple[Any, ...]:
    """Pickle a component as its class and settings: its arrays belong to the simulation."""
    cls = type(self)
    # A class made at run time may have taken the name of its base, by which it is found.
    named = [base for base in cls.__mro__ if _full_name(base) == _full_name(cls)][-1]
    given = {field.alias: getattr(self, field.name) for field in attrs.fields(cls) if field.init}
    return _with_settings, (named, given)


def _with_settings(cls: type, settings: dict[str, Any]) -> Any:
    return cls(**settings)


def _full_name(cls: type) -> tuple[str, str]:
    return cls.__module__, cls.__qualname__


def _cite(self: Any) -> str:
    entry: str = self.source
    return entry


def events_of(component: object) -> tuple[str, ...]:
    """The events that a component (or a class of components) answers, in order of emission."""
    present = EVENTS.keys() & dir(component)
    return tuple(name for name in EVENTS if name in present and is_hook(written(component, name)))


def written(component: object, name: str) -> Any:
    """An attribute of a component as it was written, no descriptor asked; None if there is none.

    What `inspect.getattr_static` gives but for rare cases, such as a method that hides behind a
    property of its name, and ten times as fast: assembling an experiment looks at all attributes.
    """
    own = getattr(component, "__dict__", {})
    classes = component.__mro__ if isinstance(component, type) else type(component).__mro__
    for place in (own, *(cls.__dict__ for cls in classes)):
        if name in place:
            return place[name]
    return None


def arguments_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the arguments that an answer takes, `self` left out."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    return names[1:] if inspect.ismethod(function) else names


def is_hook(function: object) -> bool:
    """Whether a function was marked with `@hookimpl`."""
    return _marks(function) is not None


def is_wrapper(hook: object) -> bool:
    """Whether a function marked with `@hookimpl` wraps the answers of others."""
    marks = _marks(hook)
    return bool(marks["wrapper"] or marks["hookwrapper"])


def role_of(component: object) -> str:
    """The role of a component, told by the events that it answers.

    Raises `ContractError` where it answers none.

    >>> from plasticity import component, hookimpl
    >>> class Listener:
    ...     @hookimpl
    ...     def epoch_finished(self, clock): ...
    >>> role_of(Listener())
    'observer'
    """
    answered = events_of(component)
    for role, events in ROLES.items():
        if any(event in answered for event in events):
            return role
    raise ContractError(
        f"{label_of(component)!r} answers no event: mark its methods with @hookimpl "
        "(plasticity events lists all events)"
    )


def label_of(component: object) -> str:
    """How messages call a component."""
    cls = component if isinstance(component, type) else type(component)
    return getattr(component, "label", None) or _snake_case(cls.__name__)


def _marks(function: object) -> Any:
    """What `@hookimpl` left on a function, or on the one behind a staticmethod; None if nothing."""
    behind = getattr(function, "__func__", None)
    return getattr(function, f"{PROJECT}_impl", None) or getattr(behind, f"{PROJECT}_impl", None)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
