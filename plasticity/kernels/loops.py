"""The loops over elements, samples and neurons that run an author's function."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from plasticity.kernels.interpreted import interpreted

Loop = Callable[..., None]

_compiles = True


@contextmanager
def interpreting() -> Iterator[None]:
    """Within this block all loops run as plain Python."""
    global _compiles
    before, _compiles = _compiles, False
    try:
        yield
    finally:
        _compiles = before


def elements(function: Any, reads: tuple[int, ...], n_written: int) -> Loop:
    """Return a loop that replaces each element of the first arrays by a function of all.

    The function gets an element of each array in `reads`, in this order, then the numbers, and
    returns what the first `n_written` arrays become. The loop takes a tuple of arrays (element,),
    of which none shares memory with another, and a tuple of numbers.
    """
    return _made(_compiles, "elements", function, reads, None, n_written)


def whole(function: Any) -> Any:
    """Return the function, compiled."""
    if hasattr(function, "py_func"):
        return function if _compiles else interpreted(function)
    return _made(_compiles, "whole", function)


def rows(function: Any) -> Loop:
    """Return a loop over the rows of weights (neuron, input), which takes them and the numbers."""
    return _made(_compiles, "rows", function)


def samples(function: Any) -> Loop:
    """Return a loop over the samples of x, which takes x, the step and a tuple of what follows."""
    return _made(_compiles, "samples", function)


def pointwise(function: Any, ranks: tuple[int, ...], decays: bool) -> Loop:
    """Return a loop that adds phi, and the sample mean of d, of a function of numbers.

    The function gets an element of each array and the numbers; it returns phi or, if it `decays`,
    (phi, d). An array (neuron, sample) has the rank 2, one (neuron,) the rank 1. The loop takes a
    tuple of arrays, one of numbers, and modulation and decay, to which it adds.
    """
    return _made(_compiles, "pointwise", function, None, ranks, 1, decays)


def competitive(
    function: Any, ranks: tuple[int, ...], order: tuple[int, ...], decays: bool
) -> Loop:
    """Return a loop that adds the phi, and the mean d, that a function fills for a whole sample.

    The function gets vectors (neuron,), phi, which comes as zeros, d, to which it adds, and
    numbers; `order` tells their places among the arrays, phi, d and the numbers. All else is as of
    `pointwise`.
    """
    return _made(_compiles, "competitive", function, order, ranks, 1, decays)


@cache
def _made(
    compiles: bool,
    name: str,
    function: Any,
    places: tuple[int, ...] | None = (),
    ranks: tuple[int, ...] | None = (),
    n_written: int = 1,
    decays: bool = False,
) -> Loop:
    from plasticity.kernels import loop_bodies
    from plasticity.kernels.compiled import compiled

    if not compiles:
        loop: Loop = interpreted(_made(True, name, function, places, ranks, n_written, decays))
        return loop
    if places is None:
        reads = tuple(enumerate(ranks or ()))
    elif ranks is None:
        reads = tuple((place, 1) for place in places)
    else:  # vectors, and what is no array
        reads = tuple((place, -ranks[place] if place < len(ranks) else 0) for place in places)
    put_in = {
        "function": function if hasattr(function, "py_func") else _njit(function),
        "load": _load(reads),
        "store": _store(n_written),
        "DECAYS": decays,
    }
    return compiled(loop_bodies, put_in, name)


def _njit(function: Callable[..., Any]) -> Any:
    from plasticity.kernels.cache import inner_njit

    return inner_njit()(function)


# Tuples are taken apart one by one, because Numba knows no loop over elements of several types.
# All is inlined; an array that is both read and written must be in the tuple once, or else the
# compiler cannot rule out that two overlap and does without vectors.


def _load(reads: tuple[tuple[int, int], ...]) -> Any:
    """Return a function that gives a tuple of what is read, by place and rank.

    Of rank 2 it is element (i, b), of rank 1 element i, of rank -2 the vector of sample b, and of
    any other the whole value.
    """
    if not reads:
        return _njit(lambda arrays, i, b: ())
    (place, rank), rest = reads[0], _load(reads[1:])
    if rank == 2:
        return _njit(lambda arrays, i, b: (arrays[place][i, b], *rest(arrays, i, b)))
    if rank == 1:
        return _njit(lambda arrays, i, b: (arrays[place][i], *rest(arrays, i, b)))
    if rank == -2:
        return _njit(lambda arrays, i, b: (arrays[place][:, b].copy(), *rest(arrays, i, b)))
    return _njit(lambda arrays, i, b: (arrays[place], *rest(arrays, i, b)))


def _store(n_written: int) -> Any:
    """Return a function that writes a value, or a tuple of them, to the first arrays."""
    if n_written == 1:

        def store_one(arrays: Any, k: Any, value: Any) -> None:
            arrays[0][k] = value

        return _njit(store_one)
    last, rest = n_written - 1, _store(n_written - 1)
    single = n_written == 2

    def store(arrays: Any, k: Any, values: Any) -> None:
        arrays[last][k] = values[last]
        if single:
            rest(arrays, k, values[0])
        else:
            rest(arrays, k, values)

    return _njit(store)
