"""The page of a comparison: one HTML file that needs nothing else."""

from __future__ import annotations

import datetime
import platform
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.citations import citations_of, short_form
from plasticity.differences import settings_of_all
from plasticity.dispatch import answers, collect
from plasticity.report import charts
from plasticity.report.pictures import MOST, Picture, sample_picture, weight_picture
from plasticity.report.wording import cell, heading, number
from plasticity.typing import Array

if TYPE_CHECKING:
    import xarray

    from plasticity.comparison import Compared, Comparison
    from plasticity.simulation import Simulation
    from plasticity.spec import Experiment

_SAMPLES_SHOWN = 10


@attrs.frozen
class Fields:
    """The weights of a run as the page shows them.

    picture  None where they cannot be shown; `told` says why
    told     what is shown, in what order
    """

    picture: Picture | None
    told: str


def page(comparison: Comparison) -> str:
    """The HTML of a comparison, with all pictures inside and nothing to load."""
    import jinja2

    text = files("plasticity.report").joinpath("page.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text).render(_content(comparison))


def _content(comparison: Comparison) -> dict[str, Any]:
    runs = comparison.runs
    data = runs[0].simulation.data
    specs = [compared.asked for compared in runs]
    return {
        "comparison": comparison,
        "runs": runs,
        "data": data,
        "samples": sample_picture(data.take(slice(_SAMPLES_SHOWN)), data.image_shape),
        "epochs": _epochs(specs),
        "today": datetime.date.today().isoformat(),
        "rows": _rows(comparison),
        "fields": [_fields(compared) for compared in runs],
        "charts": _charts(comparison),
        "frame": charts,
        "settings": settings_of_all(specs),
        "seen": [number(compared.samples_seen) for compared in runs],
        "sources": [
            (short_form(entry), entry)
            for entry in dict.fromkeys(entry for spec in specs for entry in citations_of(spec))
        ],
        "sections": [(run.name, *section) for run in runs for section in _sections(run)],
        "versions": _versions(comparison),
        "heading": heading,
        "number": number,
    }


def _epochs(specs: list[Experiment]) -> str:
    numbers = [spec.n_epoch for spec in specs]
    if numbers == [1] * len(numbers):
        return "1 epoch"
    if len(set(numbers)) == 1:
        return f"{numbers[0]} epochs"
    return f"from {min(numbers)} to {max(numbers)} epochs"


def _rows(comparison: Comparison) -> list[tuple[str, str, list[str]]]:
    """Name, explanation and one value a run, for each column of the table."""
    explained = {
        "linear_probe": "accuracy of a linear classifier on the activities, for samples that no "
        "run saw",
        "samples_per_second": "of training alone, on this machine",
    }
    if comparison.baseline is not None:
        told = cell("linear_probe", comparison.baseline)
        explained["linear_probe"] += f"; the raw inputs give {told}"
    for compared in comparison.runs:
        if compared.run is not None:
            for name, array in compared.run.metrics.data_vars.items():
                words = [array.attrs.get(key, "") for key in ("long_name", "comment")]
                explained.setdefault(str(name), "; ".join(filter(None, words)))
    table = comparison.table
    return [
        (
            heading(column),
            explained.get(column, ""),
            [cell(column, row.get(column)) for row in table],
        )
        for column in comparison.columns
    ]


def _fields(compared: Compared) -> Fields:
    """The weights of the first layer, which are those that the inputs reach."""
    simulation = compared.simulation
    layer = simulation.layers[0]
    weights: Array = layer.arrays["weights"]
    if compared.failure:
        return Fields(None, "The run failed, so there are no weights to show.")
    if not np.isfinite(weights).all():
        return Fields(None, "The weights are not finite.")
    silent = _silent(simulation)
    name, order = _order(compared, silent)
    shown = weights[order][:MOST]
    told = "1 neuron" if len(weights) == 1 else f"{len(weights)} neurons"
    told = f"{len(shown)} of {told}" if len(shown) < len(weights) else told
    if len(simulation.layers) > 1:
        told += f" of {layer.name}, the first layer"
    told += f", by {heading(name)} from low to high" if name else ""
    told += "" if simulation.data.image_shape else "; a row a neuron, a column an input"
    if silent.any():
        told += f". {silent.sum()} respond to every sample alike and come last"
    return Fields(weight_picture(shown, simulation.data.image_shape), told + ".")


def _order(compared: Compared, silent: Array) -> tuple[str, Array]:
    """The neurons by the first measurement that has a number for each; the silent ones last."""
    assert compared.run is not None
    for name, array in compared.run.metrics.data_vars.items():
        one_layer = len(compared.simulation.layers) == 1
        if one_layer and array.dims[1:] == ("neuron",):
            return str(name), np.lexsort((array.values[-1], silent))
    return "", np.argsort(silent, kind="stable")


def _silent(simulation: Simulation) -> Array:
    """Whether a neuron of the first layer responds to all evaluation samples alike."""
    responses = simulation.respond(simulation.evaluation.samples, 0)
    alike: Array = responses.max(axis=1) == responses.min(axis=1)
    return alike


def _charts(comparison: Comparison) -> list[charts.Chart]:
    traces: dict[str, list[charts.Trace]] = {}
    for index, compared in enumerate(comparison.runs):
        if compared.run is None:
            continue
        for name, array in compared.run.metrics.data_vars.items():
            traces.setdefault(str(name), []).append(trace_of(index, array))
    drawn = [charts.chart(name, found) for name, found in traces.items()]
    return [found for found in drawn if found is not None]


def trace_of(index: int, array: xarray.DataArray) -> charts.Trace:
    """The course of a measurement over the steps, of many numbers their mean.

    index   of the run
    """
    values = np.asarray(array.values, np.float64).reshape(len(array), -1)
    known = ~np.isnan(values)
    total = np.where(known, values, 0).sum(axis=1)
    mean = np.divide(
        total, known.sum(axis=1), out=np.full(len(values), np.nan), where=known.any(axis=1)
    )
    # A metric with a cadence of its own was not asked at the steps of the others.
    asked = known.any(axis=1) if "cadence" in array.attrs else np.ones(len(mean), bool)
    return charts.Trace(index, array["step"].values[asked], mean[asked])


def _sections(compared: Compared) -> list[tuple[str, str]]:
    """What the components themselves have to say of the run."""
    if compared.run is None:
        return []
    hook = compared.simulation.manager.hook.report
    return collect(answers(hook, {"run": compared.run}, "report"))


def _versions(comparison: Comparison) -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for compared in comparison.runs:
        if compared.run is not None:
            versions |= compared.run.store.attributes["versions"]
    return versions
