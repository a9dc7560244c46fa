"""How results look in a notebook: a line of text, and small tables of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from plasticity.errors import PlasticityError

if TYPE_CHECKING:
    from plasticity.spec import Experiment, Layer
    from plasticity.state import LayerView


def titled(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    below: str = "",
    align: str = "left",
) -> str:
    """The HTML of a heading and a table whose first column names the rows.

    >>> titled("Run", [], [("seed", 1)])[:58]
    '<div><b>Run</b><table><tbody><tr><th style="text-align: le'
    """

    def cells(values: Iterable[Any], kind: str) -> str:
        begin = f'<{kind} style="text-align: {align}">'
        return "".join(f"{begin}{escape(str(value))}</{kind}>" for value in values)

    body = "".join(f"<tr>{cells(row[:1], 'th')}{cells(row[1:], 'td')}</tr>" for row in rows)
    above = f"<thead><tr>{cells(head, 'th')}</tr></thead>" if head else ""
    table = f"<table>{above}<tbody>{body}</tbody></table>"
    return f"<div><b>{escape(title)}</b>{table}{below}</div>"


def facts(title: str, told: Mapping[str, Any], below: str = "") -> str:
    """The HTML of a heading and of what is told by name."""
    return titled(title, (), [item for item in told.items() if item[1] not in (None, "")], below)


def summary_of(experiment: Experiment) -> str:
    """An experiment in a line: its data, its layers, its length and its seed."""
    layers = ", ".join(map(_layer, experiment.layers))
    epochs = "1 epoch" if experiment.n_epoch == 1 else f"{experiment.n_epoch} epochs"
    return f"{_name(experiment.data)}, {layers}, {epochs}, seed {experiment.seed}"


def html_of(experiment: Experiment) -> str:
    """The HTML of an experiment: what it is made of, and all of it after a click."""
    told = {
        "data": _name(experiment.data),
        **{experiment.layer_name(i): _layer(at) for i, at in enumerate(experiment.layers)},
        "epochs": experiment.n_epoch,
        "batch size": experiment.batch_size,
        "seed": experiment.seed,
        "metrics": ", ".join(map(_name, experiment.metrics)),
    }
    try:
        text = escape(experiment.to_toml())
        below = f"<details><summary>as a TOML file</summary><pre>{text}</pre></details>"
    except PlasticityError as error:  # of a setting that no file can hold
        below = f"<p>{escape(str(error))}</p>"
    return facts("Experiment", told, below)


def arrays_of(layer: LayerView) -> str:
    """The HTML of a layer: its arrays, with their sizes and their meaning."""
    rows = []
    for name in sorted(layer.names):
        array, variable = layer.array(name), layer.declaration(name)
        dims, shape = (", ".join(map(str, told)) for told in (variable.dims, array.shape))
        rows.append((name, dims, shape, array.dtype, variable.description))
    return titled(repr(layer)[1:-1], ("array", "dimensions", "shape", "type", "meaning"), rows)


def _layer(layer: Layer) -> str:
    return f"{layer.neurons} neurons with {' + '.join(_name(term.rule) for term in layer.rule)}"


def _name(part: Any) -> str:
    """The name of a reference or of data, or else the label of a component."""
    return str(getattr(part, "name", "") or getattr(part, "label", type(part).__name__))
