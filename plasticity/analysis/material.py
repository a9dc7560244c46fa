"""Data shared by runs and stores, and the samples held out of them for scores without leaks."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from plasticity.components.data import Data, other_scale
from plasticity.errors import PlasticityError, SpecError, StoreError
from plasticity.experiment.configure import reconfigure
from plasticity.experiment.fields import GIVEN
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.network.randomness import stream
from plasticity.store.run import Run

_HELD_OUT = 0.2
_UNKNOWN = "the data of the stores were given in Python; give them again, with --data or data="


@attrs.frozen(eq=False)
class Held:
    """Held-out samples with labels, or None if there is no probe."""

    data: Data | None
    told: str  # a sentence that says where they come from, or why there are none
    rest: Data | None = None  # training samples, if the held-out ones were taken from them


@attrs.frozen(eq=False)
class Material:
    """Training samples of a comparison, None if no store tells them, and samples to score on."""

    train: Data | None
    held: Held


def the_data(
    specs: Mapping[str, Experiment], stores: Mapping[str, Run], *, data: Any, labels: Any
) -> Material:
    """Return the data of all runs, and what is held out of them; refuse different data."""
    sources = dict(specs)
    for name, run in stores.items():
        experiment = run.experiment
        if data is not None:
            experiment = reconfigure(experiment, data=data, labels=labels)
        if isinstance(experiment.data, Data) or getattr(experiment.data, "name", "") != GIVEN:
            sources[name] = experiment
    _check_same_data(sources)
    _check_same_stores(stores)
    if not sources:
        return Material(None, Held(None, f"No probe: {_UNKNOWN}."))
    first = next(iter(sources.values()))
    source = Source.of(first)
    held = hold_out(source.open_data, first.seed)
    train = held.rest or source.open_data("train")
    if not stores:
        return Material(train, held)
    name, run = next(iter(stores.items()))
    trained_on = run.store.attributes["data"]
    if _learnt_from(name, trained_on, train):
        return Material(train, held)
    whole = source.open_data("train")
    if held.rest is not None and _learnt_from(name, trained_on, whole):
        none_left = "No probe: the stores were trained on all samples, so none is left to score on."
        return Material(whole, Held(None, none_left))
    raise StoreError(
        f"{name} was trained on data of shape {tuple(trained_on['shape'])} that are not those of "
        f"{train.name} ({tuple(train.samples.shape)}); a comparison takes the same data for all"
    )


def hold_out(open_data: Callable[[str], Data | None], seed: int) -> Held:
    """Return the test split of a source, or a fifth of the samples set aside before training.

    The same seed sets the same samples aside, drawn from a stream of their own.
    """
    try:
        test = open_data("test")
    except PlasticityError as error:
        return Held(None, f"No probe: the test split cannot be opened: {error}.")
    if test is not None:
        if not has_classes(test):
            return Held(None, f"No probe: the test split has {_instead(test)}.")
        if _one_class(test):
            return Held(None, "No probe: all labels of the test split are the same.")
        return Held(test, f"Scored on the test split, {test.n_sample:,} samples that no run saw.")
    data = open_data("train")
    if data is None or not has_classes(data):
        what = "no labels" if data is None else _instead(data)
        return Held(None, f"No probe: the data have {what}. All samples were trained on.")
    if _one_class(data):
        return Held(None, "No probe: all labels are the same. All samples were trained on.")
    count = round(_HELD_OUT * data.n_sample)
    if count == 0:
        return Held(None, f"No probe: {data.n_sample} samples are too few to set any aside.")
    order = stream(seed, "held out").permutation(data.n_sample)
    test, rest = (data.subset(np.sort(rows)) for rows in (order[:count], order[count:]))
    drawn = f"Scored on {count:,} samples, drawn with seed {seed} and set aside before training"
    return Held(test, f"{drawn}; no run saw them.", rest)


def has_classes(data: Data) -> bool:
    """Return whether the samples have labels that name classes."""
    return data.labels is not None and data.labels.dtype.kind in "biuU"


def _instead(data: Data) -> str:
    return "no labels" if data.labels is None else "labels that are not integers"


def _one_class(data: Data) -> bool:
    return len(np.unique(np.asarray(data.labels))) < 2


def _learnt_from(name: str, trained_on: Mapping[str, Any], data: Data) -> bool:
    """Return whether a store was trained on these samples; raise `StoreError` for another scale."""
    given = data.fingerprint()
    same = all(trained_on.get(key) == given.get(key) for key in ("sha256", "constant"))
    before = other_scale(trained_on, given)
    if same and before is not None:
        raise StoreError(
            f"{name} was trained on samples with a scale of {before:g}, and the same are given "
            f"with {given['scale']:g}; give them with that scale"
        )
    return same


def _check_same_stores(stores: Mapping[str, Run]) -> None:
    pairs = [(name, run.store.attributes["data"]) for name, run in stores.items()]
    for name, data in pairs[1:]:
        first, one = pairs[0]
        if any(data.get(key) != one.get(key) for key in ("sha256", "scale", "constant")):
            raise StoreError(
                f"{first} was trained on {_text(one)} and {name} on {_text(data)}; a comparison "
                "takes the same data for all"
            )


def _text(data: Mapping[str, Any]) -> str:
    shape = " x ".join(map(str, data["shape"]))
    scale = "" if data.get("scale", 1) == 1 else f", scale {data['scale']:g}"
    constant = f", constant {data['constant']:g}" if "constant" in data else ""
    return f"{data['name']} ({shape}, sha256 {data['sha256'][:8]}{scale}{constant})"


def _check_same_data(specs: Mapping[str, Experiment]) -> None:
    items = list(specs.items())
    for name, spec in items[1:]:
        first, one = items[0]
        if spec.data is one.data:
            continue
        data, other = one.to_dict()["data"], spec.to_dict()["data"]
        if data != other:
            raise SpecError(
                f"{first} has the data {data!r} and {name} has {other!r}; a comparison takes the "
                "same data for all: say which with --data, or compare(..., data=...)"
            )
