"""The page of a comparison: one HTML file that needs nothing else."""

from __future__ import annotations

import datetime
import platform
from importlib.resources import files
from typing import Any

from plasticity.comparison.page import figures as drawn
from plasticity.comparison.page import tables as rows
from plasticity.comparison.page.fields import gallery
from plasticity.comparison.page.format import heading, number
from plasticity.comparison.page.pictures import Picture, sample_picture
from plasticity.comparison.result import Comparison
from plasticity.errors import PlasticityError
from plasticity.experiment.citations import citations_of, short_form
from plasticity.experiment.diff import settings_of_all
from plasticity.experiment.spec import Experiment
from plasticity.store.provenance import versions

_SAMPLES_SHOWN = 10


def page(comparison: Comparison) -> str:
    """The HTML of a comparison, with all pictures inside and nothing to load."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_part),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(_content(comparison))


def _part(name: str) -> str:
    return files("plasticity.comparison.page").joinpath(name).read_text(encoding="utf-8")


def _content(comparison: Comparison) -> dict[str, Any]:
    contenders = comparison.contenders
    specs = [contender.asked for contender in contenders]
    return {
        "comparison": comparison,
        "told": _told(comparison),
        "image_shape": _image_shape(comparison),
        "samples": _samples(comparison),
        "paired": len({tuple(run.seed for run in c.runs) for c in contenders}) == 1,
        "today": datetime.date.today().isoformat(),
        "headline": rows.headline(comparison),
        "cost": rows.cost(comparison),
        "differences": rows.differences(comparison),
        "gallery": gallery(contenders, _image_shape(comparison)),
        "courses": drawn.courses(comparison),
        "selections": drawn.selections(comparison),
        "readings": drawn.readings(comparison),
        "embeddings": drawn.embeddings(comparison),
        "trained_on": max((r.scores.trained_on for r in comparison.runs if r.scores), default=0),
        "settings": settings_of_all(specs),
        "sources": [(short_form(entry), entry) for entry in _sources(specs)],
        "sections": [
            (contender.name, *section)
            for contender in contenders
            if contender.shown.scores is not None
            for section in contender.shown.scores.sections
        ],
        "versions": _versions(comparison),
        "heading": heading,
        "number": number,
    }


def _told(comparison: Comparison) -> str:
    """The name of the data, as well as it is known."""
    if comparison.data is not None:
        return comparison.data.name
    runs = [compared.run for compared in comparison.runs if compared.run is not None]
    return str(runs[0].store.attributes["data"]["name"]) if runs else "data"


def _image_shape(comparison: Comparison) -> tuple[int, ...] | None:
    if comparison.data is not None:
        return comparison.data.image_shape
    for compared in comparison.runs:
        if compared.run is not None:
            return compared.run.image_shape
    return None


def _samples(comparison: Comparison) -> Picture | None:
    data = comparison.data
    if data is None:
        return None
    samples = data.take(slice(_SAMPLES_SHOWN))[:, : data.samples.shape[1]]
    return sample_picture(samples, data.image_shape)


def _sources(specs: list[Experiment]) -> list[str]:
    """The BibTeX entries of all specs, each once; of a store whose parts are gone, none."""
    found: dict[str, None] = {}
    for spec in specs:
        try:
            found |= dict.fromkeys(citations_of(spec))
        except PlasticityError:
            continue
    return list(found)


def _versions(comparison: Comparison) -> dict[str, str]:
    found = {"python": platform.python_version()} | versions()
    for compared in comparison.runs:
        if compared.run is not None:
            found |= compared.run.store.attributes["versions"]
    return found
