"""What can go wrong, one class for each kind of mistake, so that a caller can tell them apart.

Every message has four parts: where, what was required, what was given, and why or what to do.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any


class PlasticityError(Exception):
    """Any error that this library raises on purpose.

    run   the run that it ended, with all that was recorded until then; None where it ended none
    """

    run: Any = None


class SpecError(PlasticityError):
    """An experiment says something that cannot be understood: a wrong type, an unknown key."""


class EntryError(SpecError):
    """The value of an entry of a spec is wrong; the message begins with the entry."""


class UnknownNameError(SpecError):
    """A component, preset, setting or event of that name does not exist."""


class UntrustedError(SpecError):
    """A store names code that is no installed component; nothing of it was imported."""


class SettingError(SpecError):
    """The value of a setting lies outside its range or is of the wrong type."""


class ConflictError(SpecError):
    """Two components claim what only one may have: a "one" event, an array, a name."""


class MissingPartError(SpecError):
    """A layer lacks a component that another one needs."""


class ExpressionError(SpecError):
    """A formula given as text cannot be read, or cannot be computed from what there is."""


class ContractError(PlasticityError):
    """A component breaks the contract between components and the loop."""


class ComponentError(PlasticityError):
    """A component raised during the run; the original exception is the cause."""


class DataError(PlasticityError):
    """The data cannot be used: not finite, wrong shape, a damaged file."""


class DivergenceError(PlasticityError):
    """An array of the simulation is no longer finite."""


class StoreError(PlasticityError):
    """A store cannot be created, opened or written."""


class BusyError(StoreError):
    """Another process, the `owner`, is writing to a store."""

    def __init__(self, message: str, owner: str = "another process") -> None:
        super().__init__(message)
        self.owner = owner


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that offers the known name closest to `name`, or nothing.

    >>> nearest("bmc", ["bcm", "oja"])
    "; did you mean 'bcm'?"
    >>> nearest("zzz", ["bcm", "oja"])
    ''
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def nearest_or_all(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that offers the nearest known name, or all where none is near.

    >>> nearest_or_all("rat", ["rate", "momentum"])
    "; did you mean 'rate'?"
    >>> nearest_or_all("zzz", ["rate", "momentum"])
    " (there are 'momentum', 'rate')"
    """
    names = list(known)
    return nearest(name, names) or (f" (there are {listed(names)})" if names else " (it has none)")


def listed(names: Iterable[str]) -> str:
    """Names for a sentence: quoted, sorted, separated by commas.

    >>> listed(["oja", "bcm"])
    "'bcm', 'oja'"
    """
    return ", ".join(repr(name) for name in sorted(names))


def position(layer: int | str, names: Sequence[str]) -> int:
    """Return the index of a layer that is given by its number or its name.

    Raises `UnknownNameError` where there is no such layer.

    >>> position("above", ["below", "above"]), position(-1, ["below", "above"])
    (1, 1)
    """
    if layer in names:
        return names.index(str(layer))
    if isinstance(layer, str) or not -len(names) <= layer < len(names):
        near = nearest_or_all(str(layer), names)
        raise UnknownNameError(f"no layer {layer!r} among the {len(names)}{near}")
    return range(len(names))[layer]
