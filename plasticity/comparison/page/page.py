"""The page of a comparison: one HTML file with everything inside."""

from __future__ import annotations

import datetime
import platform
from importlib.resources import files
from typing import Any

from plasticity.comparison.page import figures, tables
from plasticity.comparison.page.format import heading, number
from plasticity.comparison.page.gallery import gallery
from plasticity.comparison.page.pictures import Picture, sample_picture
from plasticity.comparison.result import Comparison
from plasticity.errors import PlasticityError
from plasticity.experiment.citations import citations_of, short_form
from plasticity.experiment.diff import settings_of_all
from plasticity.experiment.spec import Experiment
from plasticity.store.provenance import versions

_SAMPLES_SHOWN = 10


def page(comparison: Comparison) -> str:
    """Return the HTML of a comparison, with all pictures inside and nothing to load."""
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
        "data_name": _data_name(comparison),
        "image_shape": _image_shape(comparison),
        "samples": _samples(comparison),
        "paired": len({tuple(run.seed for run in c.runs) for c in contenders}) == 1,
        "today": datetime.date.today().isoformat(),
        "headline": tables.headline(comparison),
        "cost": tables.cost(comparison),
        "differences": tables.differences(comparison),
        "gallery": gallery(contenders, _image_shape(comparison)),
        "courses": figures.courses(comparison),
        "selections": figures.selections(comparison),
        "readings": figures.readings(comparison),
        "embeddings": figures.embeddings(comparison),
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


def _data_name(comparison: Comparison) -> str:
    """Return the name of the data, as far as it is known."""
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
    """Return the BibTeX entries of all specs, each once; none of a store whose plugins are gone."""
    sources: dict[str, None] = {}
    for spec in specs:
        try:
            sources |= dict.fromkeys(citations_of(spec))
        except PlasticityError:
            continue
    return list(sources)


def _versions(comparison: Comparison) -> dict[str, str]:
    packages = {"python": platform.python_version()} | versions()
    for compared in comparison.runs:
        if compared.run is not None:
            packages |= compared.run.store.attributes["versions"]
    return packages
