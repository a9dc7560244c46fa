"""The folder of a comparison: its stores, and the check that they are of the same comparison."""

from collections.abc import Mapping
from pathlib import Path

from plasticity.components.data import Data, unlike
from plasticity.errors import StoreError
from plasticity.experiment.diff import settings_of_all
from plasticity.experiment.spec import Experiment, entries_deciding
from plasticity.sweeps.files import check_free, read_json, write_json

NAME, PAGE = "comparison.json", "page.html"
_FORMAT = 1


def take_up(folder: Path, specs: Mapping[str, Experiment], data: Data) -> None:
    """Make the folder, or check that it holds an earlier comparison of the same to continue.

    Experiments and seeds may be more than before. Raises `StoreError` where there is anything else
    in the folder, or where an experiment of the same name or the data were others.
    """
    path = str(folder / NAME)
    tables = read_json(path, _FORMAT)
    given = data.fingerprint()
    asked = {name: spec.to_dict() for name, spec in specs.items()}
    if tables is None:
        check_free(str(folder))
    else:
        try:
            before = {name: Experiment.from_dict(t) for name, t in tables["experiments"].items()}
            other_data = unlike(tables["data"], given)
        except (KeyError, AttributeError) as error:
            raise StoreError(f"{path}: cannot be read: {error}") from error
        ignored = {"seed", *entries_deciding("records")}  # which change no number
        changed = [
            f"  {name}: {setting}: {then} before, {now} now"
            for name in specs
            if name in before
            for setting, (then, now) in settings_of_all([before[name], specs[name]]).differ.items()
            if setting.partition(".")[0] not in ignored
        ]
        changed += [
            f"  data: {key}: {then} before, {now} now" for key, (then, now) in other_data.items()
        ]
        if changed:
            first = f"{folder}: holds another comparison:"
            raise StoreError("\n".join([first, *changed, "choose another folder"]))
        asked = tables["experiments"] | asked
    write_json(path, {"format": _FORMAT, "data": given, "experiments": asked})
