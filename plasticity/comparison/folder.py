"""The folder of a comparison: its stores, and the check that they are of the same comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plasticity.components.data import Data, unlike
from plasticity.errors import StoreError
from plasticity.experiment.diff import settings_of_all
from plasticity.experiment.spec import Experiment, entries_deciding
from plasticity.store.commit.files import PARTIAL, make_folder, write_for_good

NAME, PAGE = "comparison.json", "page.html"
_FORMAT = 1


def take_up(folder: Path, specs: Mapping[str, Experiment], data: Data) -> None:
    """Make the folder, or check that it holds an earlier comparison of the same to continue.

    Experiments and seeds may be more than before. Raises `StoreError` where there is anything else
    in the folder, or where an experiment of the same name or the data were others.
    """
    asked = {name: spec.to_dict() for name, spec in specs.items()}
    path = folder / NAME
    if path.is_file():
        asked = _known(path, folder, specs, data) | asked
    elif folder.exists() and not (
        folder.is_dir() and all(path.suffix == PARTIAL for path in folder.iterdir())
    ):
        raise StoreError(f"{folder}: exists already; choose another folder")
    make_folder(folder)
    tables = {"format": _FORMAT, "data": data.fingerprint(), "experiments": asked}
    write_for_good(path, json.dumps(tables, indent=1).encode())


def _known(path: Path, folder: Path, specs: Mapping[str, Experiment], data: Data) -> dict[str, Any]:
    """Return the tables of the experiments in the folder; `StoreError` where one is another now."""
    try:
        tables = json.loads(path.read_text(encoding="utf-8"))
        before = {name: Experiment.from_dict(t) for name, t in tables["experiments"].items()}
        data_before = tables["data"]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise StoreError(f"{path}: cannot be read: {error}") from error
    if tables["format"] != _FORMAT:
        raise StoreError(f"{path}: of format {tables['format']!r}; this version reads {_FORMAT}")
    changed = [
        f"  {name}: {setting}: {then} before, {now} now"
        for name in specs
        if name in before
        for setting, (then, now) in _differ([before[name], specs[name]]).items()
    ]
    changed += [
        f"  data: {key}: {then} before, {now} now"
        for key, (then, now) in unlike(data_before, data.fingerprint()).items()
    ]
    if changed:
        raise StoreError(
            "\n".join([f"{folder}: holds another comparison:", *changed, "choose another folder"])
        )
    experiments: dict[str, Any] = tables["experiments"]
    return experiments


def _differ(specs: Sequence[Experiment]) -> dict[str, tuple[str, ...]]:
    """Return the settings that differ, without those that change no number."""
    ignored = {"seed", *entries_deciding("records")}
    differ = settings_of_all(specs).differ.items()
    return {path: row for path, row in differ if path.partition(".")[0] not in ignored}
