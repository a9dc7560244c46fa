"""All checks of the contract. Each takes a component, its class or its name."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from plasticity.testing import behaviour, declarations
from plasticity.testing.findings import Check

# By the name after "check_", in the order of the files.
CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): function
    for module in (declarations, behaviour)
    for name, function in vars(module).items()
    if name.startswith("check_")
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
