"""The loops over neurons and samples that run an author's scalar or vector function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from plasticity.kernels.compiled import compiled
from plasticity.kernels.templates import template


def pointwise(
    function: Any, symbols: Sequence[tuple[str, int]], parameters: Sequence[str], decays: bool
) -> Callable[..., Any]:
    """A loop that adds phi (and the sample mean of d) of a scalar function.

    function    Numba function of the symbols and parameters; returns phi, or (phi, d)
    symbols     name and rank of each array: 2 for (neuron, sample), 1 for (neuron,)
    parameters  names of the numbers that follow
    decays      whether the function returns d as well

    The loop takes the arrays, the parameters, then modulation (neuron, sample) and, if it decays,
    decay (neuron,); both are added to. One neuron's samples are added in their order.
    """
    numbers = _numbers(parameters)
    values = ", ".join(
        [f"{name}[i, b]" if rank == 2 else f"{name}[i]" for name, rank in symbols] + numbers
    )
    names = [name for name, _ in symbols] + numbers + ["modulation"] + ["decay"] * decays
    text = template("pointwise_with_decay" if decays else "pointwise")
    text = text.format(arguments=", ".join(names), values=values)
    return compiled(text, {"function": function})


def competitive(
    function: Any, symbols: Sequence[tuple[str, int]], parameters: Sequence[str], decays: bool
) -> Callable[..., Any]:
    """A loop that adds the phi (and mean d) that a function of all neurons fills for one sample.

    function    Numba function of vectors (neuron,): the symbols, then phi, which comes as zeros,
                then d if it decays, to which it adds; then the parameters

    The loop takes what that of `pointwise` takes. Samples are visited in their order.
    """
    matrices = [name for name, rank in symbols if rank == 2]
    gather = "\n            ".join(f"{name}_b[i] = {name}[i, b]" for name in matrices)
    vectors = "\n    ".join(f"{name}_b = np.empty(n_neuron, modulation.dtype)" for name in matrices)
    call = [f"{name}={name}_b" if rank == 2 else f"{name}={name}" for name, rank in symbols]
    # By keyword: the author may have written phi and d anywhere among the arguments.
    numbers = _numbers(parameters)
    call += ["phi=phi", *(["d=d"] if decays else [])]
    call += [f"{name}={number}" for name, number in zip(parameters, numbers, strict=True)]
    names = [name for name, _ in symbols] + numbers + ["modulation"]
    text = template("compete").format(
        arguments=", ".join([*names, *(["decay"] if decays else [])]),
        vectors=vectors,
        gather=gather,
        call=", ".join(call),
        end="for i in range(n_neuron):\n        decay[i] += d[i] / n_sample" if decays else "",
    )
    return compiled(text.rstrip() + "\n", {"function": function})


def _numbers(parameters: Sequence[str]) -> list[str]:
    """Names for the parameters that are no names of the loop, as "decay" would be."""
    return [f"number_{position}" for position in range(len(parameters))]
