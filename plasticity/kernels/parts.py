"""Work that threads share part by part, by a loop that is compiled once for all work.

Numba compiles the body of a parallel loop, with all that it calls, six times over: for itself, as
the body, in two wrappers, in what holds the loop and in what calls that. The loop below calls its
work by its address in memory, so that it is small, and the same for all.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import prange, types
from numba.core.cgutils import alloca_once_value
from numba.extending import intrinsic, lower_builtin, type_callable

from plasticity.kernels.cache import njit

_PART = (types.intp,) * 4  # low, high, part, address of all other arguments of the work
_LOOP = (types.boolean, types.intp, types.intp, types.intp, types.intp)


def in_parts(
    threads: bool, size: int, n_part: int, work: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    """Call work(low, high, part, *arguments) for each part of so many elements."""
    for part in range(n_part):
        work(part * size // n_part, (part + 1) * size // n_part, part, *arguments)


def _type_call(typing: Any, work: Any, low: Any, high: Any, part: Any, address: Any) -> Any:
    def lower(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        convention = context.call_conv
        kind = convention.get_function_type(types.none, _PART).as_pointer()
        function = builder.inttoptr(given[0], kind)
        status, _ = convention.call_function(builder, function, types.none, _PART, given[1:])
        with builder.if_then(status.is_error, likely=False):
            convention.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.none(types.intp, *_PART), lower


_call: Any = intrinsic(_type_call)  # the function at the address `work`


@njit(parallel=True, error_model="numpy")
def _loop(threads: Any, size: Any, n_part: Any, work: Any, address: Any) -> None:
    if threads and n_part > 1:
        for part in prange(n_part):
            _call(work, part * size // n_part, (part + 1) * size // n_part, part, address)
    else:
        for part in range(n_part):
            _call(work, part * size // n_part, (part + 1) * size // n_part, part, address)


_loop_type = types.Dispatcher(_loop)


def _type_in_parts(typing: Any) -> Any:
    def typed(threads: Any, size: Any, n_part: Any, work: Any, arguments: Any) -> Any:
        arguments = types.unliteral(arguments)  # type: ignore[no-untyped-call]
        _loop_type.get_call_type(typing, _LOOP, {})
        work.get_call_type(typing, (*_PART[:3], *arguments), {})
        return types.none(*_LOOP[:3], work, arguments)

    return typed


def _lower_in_parts(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    """Pass on the address of the arguments, and that of a function that takes them from there."""
    *_, work, arguments = signature.args
    kind = context.call_conv.get_function_type(types.none, _PART)
    name = builder.module.get_unique_name(f"{builder.function.name}.part")
    part = ir.Function(builder.module, kind, name)
    part.linkage = "internal"
    inner = ir.IRBuilder(part.append_basic_block())
    *place, address = context.call_conv.decode_arguments(inner, _PART, part)
    whole = inner.load(inner.inttoptr(address, given[4].type.as_pointer()))
    elements = [inner.extract_value(whole, n) for n, _ in enumerate(arguments)]
    call = context.get_function(work, types.none(*_PART[:3], *arguments))
    call(inner, (*place, *elements))
    context.call_conv.return_value(inner, context.get_dummy_value())
    stored = alloca_once_value(builder, given[4])  # type: ignore[no-untyped-call]
    addresses = [builder.ptrtoint(pointer, address.type) for pointer in (part, stored)]
    call = context.get_function(_loop_type, types.none(*_LOOP))
    call(builder, (*given[:3], *addresses))
    return context.get_dummy_value()


type_callable(in_parts)(_type_in_parts)
lower_builtin(  # type: ignore[no-untyped-call]
    in_parts, types.boolean, types.intp, types.intp, types.Dispatcher, types.BaseTuple
)(_lower_in_parts)
