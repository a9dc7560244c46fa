"""The text of steps that leave frames of arrays, and sums of arrays, behind."""

from __future__ import annotations

from collections.abc import Iterable

from plasticity.fusion.step_text import indented
from plasticity.kernels.templates import template


def frames_text(arguments: list[str], kept: Iterable[tuple[tuple[bool, ...], int]]) -> str:
    """The module whose `kernel` does the steps of `stretch`, and copies and sums up in between.

    arguments  of `stretch`; to them come, for each listener, the steps after which there is to be
               a frame, counted from here; for each array to copy, seen as (value,), where its
               frames go, as `Slots` tell; and for each to sum up the sums (frame,)
    kept       of each listener, the arrays to copy, whether threads share in it, and the number of
               those to sum up
    """
    passed = ", ".join(_LATER.get(name, name) for name in arguments)
    given, begin, near, keep = list(arguments), [], [], []
    for n, (copied, n_summed) in enumerate(kept):
        given.append(f"due_{n}")
        begin.append(f"slot_{n} = 0")
        near += [f"if slot_{n} < len(due_{n}):", f"    size = min(size, due_{n}[slot_{n}] - done)"]
        keep.append(f"if slot_{n} < len(due_{n}) and due_{n}[slot_{n}] == done:")
        for m, shared in enumerate(copied):
            array, flat, slots, parts, run = [
                f"{name}_{n}_{m}" for name in ("array", "flat", "slots", "parts", "run")
            ]
            given += [array, flat, slots, parts, run]
            place = f"{array}, {flat}, {slots}[slot_{n}], {parts}, {run}"
            keep.append(f"    {'copy_shared' if shared else 'copy'}({place})")
        for m in range(n_summed):
            given += [f"summed_{n}_{m}", f"sums_{n}_{m}"]
            keep.append(f"    sums_{n}_{m}[slot_{n}] = total(summed_{n}_{m})")
        keep.append(f"    slot_{n} += 1")
    return template("frames").format(
        shared=template("copy_shared") if "copy_shared" in "".join(keep) else "",
        arguments=", ".join(given),
        begin=indented(begin, 1),
        near=indented(near, 2),
        passed=passed,
        keep=indented(keep, 2),
    )


# What `stretch` is given in place of an argument once some steps are done.
_LATER = {
    "n_step": "size",
    "step": "step + done",
    "start": "start + done * len(x)",
    "count": "count + done",
}


# A thread copies what it has in its cache, more or less: the neurons that it does the steps of.
