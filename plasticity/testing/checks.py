"""All checks of the contract. Each takes a component, its class or its name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from plasticity.testing.behaviour import (
    check_acts,
    check_adds,
    check_compiled,
    check_deterministic,
    check_dtypes,
    check_fills,
    check_kernels,
    check_leaves_alone,
    check_measuring,
    check_resumes,
    check_shapes,
)
from plasticity.testing.declarations import check_documented, check_hooks, check_settings
from plasticity.testing.findings import Check

CHECKS: dict[str, Check] = {
    "hooks": check_hooks,
    "documented": check_documented,
    "settings": check_settings,
    "fills": check_fills,
    "leaves_alone": check_leaves_alone,
    "acts": check_acts,
    "adds": check_adds,
    "deterministic": check_deterministic,
    "dtypes": check_dtypes,
    "shapes": check_shapes,
    "kernels": check_kernels,
    "compiled": check_compiled,
    "resumes": check_resumes,
    "measuring": check_measuring,
}


def check_component(component: Any, **settings: Any) -> None:
    """Run every check on a component.

    component   a component, its class, or its registered name
    settings    of the component, where a class or a name is given

    Raises `ContractError` naming the component, the check and what was found.

    >>> from plasticity import component, hookimpl
    >>> @component
    ... class Square:
    ...     '''Activation y = u^2.'''
    ...     @hookimpl
    ...     def activate(self, current, activity):
    ...         activity[...] = current**2
    >>> check_component(Square)
    Traceback (most recent call last):
    plasticity.errors.ContractError: 'square' fails check 'fills': activate must return the array \
'activity' that it filled, got None
    """
    for check in CHECKS.values():
        check(component, **settings)


def checks_for(component: Any, **settings: Any) -> Iterator[tuple[str, Callable[[], None]]]:
    """Return the name and the function of each check, to parametrize a test with.

    >>> from plasticity.testing.stand_ins import Identity
    >>> [name for name, check in checks_for(Identity)][:3]
    ['hooks', 'documented', 'settings']
    """
    for name, check in CHECKS.items():
        yield name, functools.partial(check, component, **settings)
