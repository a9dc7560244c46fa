"""The whole state of a run in a store: arrays, random streams and clocks; no pickle anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plasticity.store.arrays import open_array, read_array, write_array
from plasticity.store.labels import dims_of, labels_of

if TYPE_CHECKING:
    from plasticity.components.variable import Variable
    from plasticity.store.commit.staged import StagedStore

GROUP = "checkpoints"
_ARRAYS = "arrays"


def name_of(step: int) -> str:
    """What the checkpoint after so many steps is called.

    >>> name_of(600)
    'step_600'
    """
    return f"step_{step}"


def write_checkpoint(
    store: StagedStore,
    step: int,
    snapshot: Mapping[str, Any],
    variables: Mapping[str, Mapping[str, Variable]],
    compressors: Any,
) -> None:
    """Write a snapshot of a simulation; nobody sees it before the next commit.

    snapshot    as `Simulation.snapshot` gives it, one table a layer and one for the whole
    variables   the declaration of each array, by layer and name

    One that is there already is left: it is when a run ends where one was due.
    """
    if step in steps_kept(store):
        return
    for name, state in snapshot.items():
        path = f"{GROUP}/{name_of(step)}/{name}"
        store.put_group(path, {key: value for key, value in state.items() if key != _ARRAYS})
        for array, values in state[_ARRAYS].items():
            variable = variables[name][array]
            write_array(
                store,
                f"{path}/{array}",
                values,
                dims_of(array, variable),
                labels_of(variable),
                compressors,
            )


def steps_kept(store: StagedStore) -> list[int]:
    """After how many steps there is a checkpoint, from the first to the last.

    >>> from plasticity.store.commit.staged import StagedStore
    >>> import zarr
    >>> store = StagedStore(zarr.storage.MemoryStore())
    >>> for step in (900, 1000):
    ...     store.put_group(f"checkpoints/step_{step}")
    >>> steps_kept(store)
    [900, 1000]
    """
    found = (re.fullmatch(r"step_(\d+)", name) for name in store.below(GROUP))
    return sorted(int(match[1]) for match in found if match)


def read_checkpoint(store: StagedStore, step: int, where: object) -> dict[str, Any]:
    """The snapshot that was written after so many steps.

    Raises `StoreError`, naming the array, where one is damaged.
    """
    path = f"{GROUP}/{name_of(step)}"
    snapshot: dict[str, Any] = {}
    for name in store.below(path):
        group = f"{path}/{name}"
        arrays = {
            array: read_array(open_array(store, f"{group}/{array}", where), where)
            for array in store.below(group)
        }
        snapshot[name] = {**store.nodes[group]["attributes"], _ARRAYS: arrays}
    return snapshot
