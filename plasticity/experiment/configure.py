"""An experiment with other data and settings put in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from plasticity.components.data import Data, as_data
from plasticity.errors import DataError, SpecError
from plasticity.experiment.overrides import override
from plasticity.experiment.portion import PORTION, Portion
from plasticity.experiment.registry import entries, readers
from plasticity.experiment.spec import Experiment
from plasticity.experiment.tables import to_dict


def configure(
    experiment: str | Path | Experiment, *, data: Any = None, labels: Any = None, **settings: Any
) -> Experiment:
    """Return the experiment that `run` would run: with the data and the settings put in."""
    made = experiment if isinstance(experiment, Experiment) else Experiment.load(experiment)
    table, given = _entry_or_data(data, labels)
    if table is not None:
        settings = {"data": table, **settings}
    elif given is None and isinstance(made.data, Data) and "data" not in settings:
        given = made.data
    if given is not None:
        given = _of_part(given, settings)
    if settings:
        made = Experiment.from_dict(override(to_dict(made, objects=True), settings))
    return made if given is None else attrs.evolve(made, data=given)


def longer(experiment: Experiment, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a run that goes on; `epochs` lengthen the last of its phases alone."""
    chosen, before = dict(settings), sum(phase.epochs for phase in experiment.phases[:-1])
    epochs = chosen.get("epochs")
    if not experiment.phases or "phases" in chosen or type(epochs) is not int:
        return chosen
    if epochs <= before:
        lengths = ", ".join(f"{phase.name} {phase.epochs}" for phase in experiment.phases)
        raise SpecError(f"epochs: {epochs} end before the last of the phases ({lengths}) begins")
    del chosen["epochs"]
    return {f"phases.{len(experiment.phases) - 1}.epochs": epochs - before, **chosen}


def reconfigure(
    stored: Experiment, *, data: Any = None, labels: Any = None, **settings: Any
) -> Experiment:
    """Return the experiment of a store, its data read again as they were, with other settings.

    A file is read with the settings of the one before, if the same source reads both, and of all
    data that are given the part is used that was used. What is in `settings` comes first.
    """
    before: dict[str, Any] = getattr(stored.data, "settings", {})
    part = {name: before[name] for name in PORTION if name in before}
    table, given = _entry_or_data(data, labels)
    if isinstance(data, str | Path):
        table = {"name": table} if isinstance(table, str) else table
        same = table["name"] == getattr(stored.data, "name", "")
        data = {**(before if same else part), **table}
    elif given is not None:
        again = {f"data.{name}": value for name, value in part.items()}
        data, labels, settings = given, None, {**again, **settings}
    return configure(stored, data=data, labels=labels, **longer(stored, settings))


def source_of(name: str) -> Any:
    """Return a source by name, or the one that reads a file of this suffix; refuse another path."""
    path, known = Path(name), readers()
    for ending in known:
        if path.name.endswith((f".{ending}", f"-{ending}")) and name not in entries():
            return {"name": known[ending], "path": name}
    if (path.suffix or len(path.parts) > 1) and ":" not in name and name not in entries():
        raise DataError(
            f"{name}: no source reads {path.suffix or 'a path without a suffix'} "
            f"(known are {', '.join(f'.{suffix}' for suffix in sorted(known))})"
        )
    return name


def _entry_or_data(data: Any, labels: Any) -> tuple[Any, Data | None]:
    """Return the entry of a spec that data stand for, or the `Data` that they are."""
    entry = isinstance(data, str | Path | dict) or hasattr(data, "open_data")
    if labels is not None and (data is None or entry):
        raise DataError(
            "labels belong to an array that is given as data; those of a file or a source are "
            "given by its settings, for example data.labels"
        )
    if entry:
        return source_of(str(data)) if isinstance(data, str | Path) else data, None
    return None, None if data is None else as_data(data, labels)


def _of_part(data: Data, settings: dict[str, Any]) -> Data:
    """Return the part of data given in Python that the settings want, which are taken from them."""
    about = [path for path in settings if path.startswith("data.")]
    wanted = {path.removeprefix("data."): settings.pop(path) for path in about}
    for name in wanted:
        if name not in PORTION:
            known = any(field.init and field.name == name for field in attrs.fields(Data))
            way = f"; give a Data with what is wanted, as Data(..., {name}=...)" if known else ""
            raise DataError(
                f"data.{name}: the data are given in Python, so only {', '.join(PORTION)} can be "
                f"set{way}"
            )
    return Portion(**wanted).of(data) if wanted else data
