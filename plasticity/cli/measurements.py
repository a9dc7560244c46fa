"""Table of the last measurements of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plasticity.cli.terminal import columns, heading

if TYPE_CHECKING:
    from plasticity.store.run import Run
    from plasticity.typing import Array


def print_measurements(run: Run, title: str = "") -> bool:
    """Print the last measurements of every layer; return whether anything was measured."""
    layers = {layer: last_measurements(run, layer) for layer in run.layers}
    names = dict.fromkeys(name for values in layers.values() for name in values)
    if not names:
        return False
    rows = [(name, *(values.get(name, "") for values in layers.values())) for name in names]
    if title:
        heading(title)
    columns([("measurement", *layers), *rows], indent=2 if title else 0)
    return True


def last_measurements(run: Run, layer: str) -> dict[str, str]:
    """Return the last value of each measurement of a layer, as text by name."""
    measured = run.store.dataset(f"{layer}/metrics")
    return {
        str(name): _summary(array.values[-1])
        for name, array in measured.data_vars.items()
        if len(array)
    }


def _summary(values: Array) -> str:
    """Return a number as text, or the mean and the range of the finite values of an array.

    >>> import numpy as np
    >>> _summary(np.float64(0.25)), _summary(np.array([1.0, 2.0, float("nan")]))
    ('0.25', 'mean 1.5 (1 to 2)')
    """
    import numpy as np

    if not np.ndim(values):
        return f"{float(values):.6g}"
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "nan"
    return f"mean {finite.mean():.6g} ({finite.min():.6g} to {finite.max():.6g})"
