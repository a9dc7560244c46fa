"""Data shared by runs and stores, and the samples held out of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from plasticity.analysis.holding_out import Held, hold_out
from plasticity.components.data import Data, other_scale
from plasticity.errors import SpecError, StoreError
from plasticity.experiment.configure import reconfigure
from plasticity.experiment.fields import GIVEN
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.store.run import Run


@attrs.frozen(eq=False)
class Material:
    """Training and held-out samples of a comparison.

    train  None if only stores are compared whose data are unknown
    held   the samples to score on
    """

    train: Data | None
    held: Held


def the_data(
    specs: Mapping[str, Experiment], stores: Mapping[str, Run], *, data: Any, labels: Any
) -> Material:
    """Return the data of all runs, and what is held out of them.

    Raises `SpecError` if the specs have different data, `StoreError` if a store was trained on
    others.
    """
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
    first = next(iter(specs.values()), None) or next(iter(sources.values()))
    source = Source.of(first)
    held = hold_out(source.open_data, first.seed)
    train = held.rest or source.open_data("train")
    return _as_the_stores(Material(train, held), stores, source.open_data)


_UNKNOWN = "the data of the stores were given in Python; give them again, with --data or data="


def _as_the_stores(material: Material, stores: Mapping[str, Run], open_data: Any) -> Material:
    """Return the data on which the stores were trained, if there are stores."""
    assert material.train is not None
    if not stores:
        return material
    name, run = next(iter(stores.items()))
    trained_on = run.store.attributes["data"]
    if _learnt_from(name, trained_on, material.train):
        return material
    whole = open_data("train")
    if material.held.rest is not None and _learnt_from(name, trained_on, whole):
        none_left = "No probe: the stores were trained on all samples, so none is left to score on."
        return Material(whole, Held(None, none_left))
    raise StoreError(
        f"{name} was trained on data of shape {tuple(trained_on['shape'])} that are not those of "
        f"{material.train.name} ({tuple(material.train.samples.shape)}); a comparison takes the "
        "same data for all"
    )


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
    return bool(same)


def _check_same_stores(stores: Mapping[str, Run]) -> None:
    """Raise `StoreError` if stores were trained on different data."""
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
