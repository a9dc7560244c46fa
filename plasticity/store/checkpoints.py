"""The whole state of a run in a store: arrays, random streams and clocks; no pickle anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plasticity.components.variable import Variable, dims_of
from plasticity.store.arrays import labels_of, open_array, read_array, write_array

if TYPE_CHECKING:
    from plasticity.store.commit.staged import StagedStore

GROUP = "checkpoints"
_ARRAYS = "arrays"


def path_of(step: int) -> str:
    """Return the path of the checkpoint after a step.

    >>> path_of(600)
    'checkpoints/step_600'
    """
    return f"{GROUP}/step_{step}"


def write_checkpoint(
    store: StagedStore,
    step: int,
    snapshot: Mapping[str, Any],
    variables: Mapping[str, Mapping[str, Variable]],
    compressors: Any,
) -> None:
    """Write a snapshot of a simulation, if there is none of this step; the next commit shows it."""
    if step in steps_in(store):
        return
    for name, state in snapshot.items():
        group = f"{path_of(step)}/{name}"
        store.put_group(group, {key: value for key, value in state.items() if key != _ARRAYS})
        for array, values in state[_ARRAYS].items():
            variable = variables[name][array]
            labels = dims_of(array, variable), labels_of(variable)
            write_array(store, f"{group}/{array}", values, *labels, compressors)


def steps_in(store: StagedStore) -> list[int]:
    """Return the steps after which there is a checkpoint, in ascending order.

    >>> from plasticity.store.commit.staged import StagedStore
    >>> import zarr
    >>> store = StagedStore(zarr.storage.MemoryStore())
    >>> for step in (900, 1000):
    ...     store.put_group(path_of(step))
    >>> steps_in(store)
    [900, 1000]
    """
    matches = (re.fullmatch(r"step_(\d+)", name) for name in store.below(GROUP))
    return sorted(int(match[1]) for match in matches if match)


def read_checkpoint(store: StagedStore, step: int) -> dict[str, Any]:
    """Return the snapshot after a step.

    Raises `StoreError`, naming the array, where one is damaged.
    """
    snapshot: dict[str, Any] = {}
    for name in store.below(path_of(step)):
        group = f"{path_of(step)}/{name}"
        arrays = {
            array: read_array(open_array(store, f"{group}/{array}")) for array in store.below(group)
        }
        snapshot[name] = {**store.nodes[group]["attributes"], _ARRAYS: arrays}
    return snapshot
