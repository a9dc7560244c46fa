"""`@component`, which makes a class a component."""

import inspect
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

import attrs

from plasticity.components.derived_hooks import add_hooks
from plasticity.components.interface import marks_of, snake_case
from plasticity.components.setting import setting, untyped_settings_of
from plasticity.errors import ContractError
from plasticity.hookspecs import hookimpl

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
        if marks_of(getattr(cls, "measure", None)) and not hasattr(cls, "every"):
            _add_every(cls)
        made: Any = attrs.define(eq=False, slots=False, kw_only=True)(cls)
        add_hooks(made)
        made.label = label or snake_case(cls.__name__)
        taken = _WORDS_OF_A_TABLE & untyped_settings_of(made).keys()
        if taken:
            raise ContractError(
                f"{made.label}: no setting may be called {min(taken)!r}, which has a meaning of "
                "its own in the table of a component; choose another word"
            )
        made.source = source or getattr(cls, "source", "")
        if made.__reduce__ is object.__reduce__:
            made.__reduce__ = _reduce
        if made.source and "cite" not in vars(made):
            made.cite = hookimpl(lambda self: self.source)
        return cls

    return decorate if cls is None else decorate(cls)


def _add_every(cls: type) -> None:
    if any("every" in untyped_settings_of(base) for base in cls.__mro__[1:]):
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
    full = attrgetter("__module__", "__qualname__")
    named = [base for base in cls.__mro__ if full(base) == full(cls)][-1]
    given = {field.alias: getattr(self, field.name) for field in attrs.fields(cls) if field.init}
    return partial(named, **given), ()
