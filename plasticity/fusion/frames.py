"""Steps that leave frames of arrays, and sums of arrays, behind."""

from collections.abc import Callable, Iterable
from typing import Any

from plasticity.kernels.compiled import compiled


def frames_kernel(
    steps: Callable[..., Any], kept: Iterable[tuple[tuple[bool, ...], int]]
) -> Callable[..., Any]:
    """The kernel that does steps, and copies and sums up in between; see `templates.capture`.

    Of each listener `kept` tells for each array to copy whether threads share in it, and how many
    are summed up. The kernel then takes their arrays one after the other: of one to copy the array,
    seen as (value,), and its `Slots`; of one to sum up the array and its sums (frame,).
    """
    from numba import njit

    from plasticity.fusion.templates import capture
    from plasticity.kernels.pairwise_sum import total

    lines, n = ["def keep(listener, frame, frames):"], 0
    for listener, (copied, n_summed) in enumerate(kept):
        lines.append(f"    if listener == {listener}:")
        for shared in copied:
            array, flat, slots, parts, run = (f"frames[{n + k}]" for k in range(5))
            name = "copy_in_threads" if shared else "copy"
            lines.append(f"        {name}({array}, {flat}, {slots}[frame], {parts}, {run})")
            n += 5
        for _ in range(n_summed):
            lines.append(f"        frames[{n + 1}][frame] = total(frames[{n}])")
            n += 2
    names = {"copy": capture.copy, "copy_in_threads": capture.copy_in_threads, "total": total}
    exec("\n".join(lines), names)
    keep = njit(error_model="numpy")(names["keep"])
    return compiled(capture, {"steps": steps, "keep": keep})
