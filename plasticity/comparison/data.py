"""The experiments of a comparison: specs to run, and stores to take as they are."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from plasticity.errors import SpecError
from plasticity.experiment import registry
from plasticity.experiment.configure import configure
from plasticity.experiment.spec import Experiment
from plasticity.store.run import Run, opened

Given: TypeAlias = str | Path | Experiment | Run
Entrant: TypeAlias = Experiment | Run


def entrants_of(experiments: Iterable[Given] | Mapping[str, Given] = ()) -> dict[str, Entrant]:
    """Return what is to be compared by name; a name that is taken gets a number.

    Raises `SpecError` where a name of a mapping could not be that of a folder.
    """
    if isinstance(experiments, Mapping):
        for name in experiments:
            if Path(name).name != name:
                raise SpecError(f"a run is called like a folder, without a path, got {name!r}")
        named = dict(experiments)
    else:
        named = {}
        for given in experiments:
            stem = _stem(given)
            names = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
            named[next(name for name in names if name not in named)] = given
    if not named:
        default = tomllib.loads(registry.text_of("default", registry.COMPARISONS))["compare"]
        named = {name: Experiment.load(name) for name in default}
    return {
        name: given if isinstance(given, Experiment | Run) else opened(given)
        for name, given in named.items()
    }


def _stem(given: Given) -> str:
    if isinstance(given, Experiment):
        return "experiment"
    if isinstance(given, Run):
        return "run" if given.store.target is None else _stem(str(given.store.target))
    path = Path(str(given).rstrip("/"))
    # The stores of a comparison are called after their seeds.
    of_seed = re.fullmatch(r"seed_\d+", path.name) and path.parent.name
    return of_seed or path.stem


def configured(
    specs: Mapping[str, Experiment], *, data: Any, labels: Any, settings: Mapping[str, Any]
) -> dict[str, Experiment]:
    """Return the specs with the data and settings put in; an error names its spec."""
    made = {}
    for name, spec in specs.items():
        try:
            made[name] = configure(spec, data=data, labels=labels, **settings)
        except SpecError as error:
            raise type(error)(f"{name}: {error}") from None
    return made
