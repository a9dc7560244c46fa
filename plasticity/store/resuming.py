"""Resuming a run from its store: is it the same experiment, and what is its last state?"""

import logging
from typing import Any

from plasticity.components.data import Data, unlike
from plasticity.errors import StoreError
from plasticity.experiment.diff import settings_of_all
from plasticity.experiment.spec import Experiment, entries_deciding
from plasticity.store.reader import StoreReader
from plasticity.store.writer import StoreWriter

logger = logging.getLogger("plasticity")

ENDED = ("finished", "stopped")  # the first word of the outcome of a run that came to its end


def check_same(store: StoreReader, experiment: Experiment, data: Data) -> None:
    """Raise `StoreError` where a store is of another experiment or other data."""
    before = store.experiment()
    # How long a run is may change a schedule, but no weight of the steps that are done.
    may_differ = {"data", *entries_deciding("length", "measurements", "records")}
    both = range(min(before.n_epoch, experiment.n_epoch))
    if bool(before.phases) == bool(experiment.phases) and all(
        before.phase_of(epoch) == experiment.phase_of(epoch) for epoch in both
    ):
        may_differ.add("phases")
    changed = {
        path: values
        for path, values in settings_of_all([before, experiment]).differ.items()
        if path.partition(".")[0] not in may_differ
    }
    of_data = unlike(store.attributes["data"], data.fingerprint())
    shapes = store.attributes["image_shape"], data.image_shape
    if any(shapes) and list(shapes[0] or ()) != list(shapes[1] or ()):
        of_data["image_shape"] = shapes
    changed |= {f"data.{key}": (str(then), str(now)) for key, (then, now) in of_data.items()}
    if not changed:
        return
    lines = [f"  {path}: {then} in the store, {now} now" for path, (then, now) in changed.items()]
    if "data.labels" in changed and data.labels is None:
        lines.append("it was run with labels: pass labels=, or set data.labels of a file")
    raise StoreError(
        "\n".join([f"{store.target}: is of another experiment:", *lines])
        + "\ngo on with that of the store, or start a run of its own from a checkpoint with "
        "`plasticity branch`"
    )


def last_snapshot(store: StoreReader) -> tuple[int, dict[str, Any] | None]:
    """Return the last checkpoint that can be read, with its step; 0 and None without any."""
    damage: StoreError | None = None
    for step in reversed(store.checkpoints):
        try:
            snapshot = store.checkpoint(step)
        except StoreError as error:
            damage = damage or error
            logger.warning("%s", error)
        else:
            if damage is not None:
                logger.warning("%s: goes on from the state after step %s", store.target, step)
            return step, snapshot
    if damage is not None:
        raise damage
    return 0, None


def way_back(store: StoreWriter) -> str:
    """Return the end of a message: from where a run that went wrong can be branched."""
    if store.target is None:
        return ""
    store.flush()
    if not store.checkpoints:
        return "; no state was kept before that (storage.checkpoint tells how often)"
    last = store.checkpoints[-1]
    return (
        f"; the last good state is that after step {last}: `plasticity branch {store.target} "
        f"--at {last}` begins there with other settings"
    )
