"""The page of a comparison: one HTML file with everything inside."""

import datetime
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import jinja2

from plasticity.comparison.page import figures, tables
from plasticity.comparison.page.format import number
from plasticity.comparison.page.gallery import gallery
from plasticity.comparison.page.pictures import sample_picture
from plasticity.comparison.result import Comparison
from plasticity.errors import PlasticityError
from plasticity.experiment.citations import citations_of, short_form
from plasticity.experiment.diff import settings_of_all
from plasticity.experiment.spec import Experiment
from plasticity.store.provenance import versions

_SAMPLES_SHOWN = 10


def page(comparison: Comparison) -> str:
    """Return the HTML of a comparison, with all pictures inside and nothing to load."""
    return rendered("page.html", _content(comparison))


def rendered(template: str, content: Mapping[str, Any]) -> str:
    """Return the HTML that a template makes of its content."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("plasticity.comparison", "page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        content, today=datetime.date.today().isoformat(), number=number
    )


def _content(comparison: Comparison) -> dict[str, Any]:
    contenders, data = comparison.contenders, comparison.data
    specs = [contender.asked for contender in contenders]
    runs = [compared.run for compared in comparison.runs if compared.run is not None]
    packages = versions()
    for run in runs:
        packages = packages | run.store.attributes["versions"]
    if data is not None:
        data_name, image_shape = data.name, data.image_shape
    elif runs:
        data_name, image_shape = runs[0].store.attributes["data"]["name"], runs[0].image_shape
    else:
        data_name, image_shape = "data", None
    fields, one_scale = gallery(contenders, image_shape)
    return {
        "comparison": comparison,
        "data_name": data_name,
        "image_shape": image_shape,
        "samples": data
        and sample_picture(
            data.take(slice(_SAMPLES_SHOWN))[:, : data.samples.shape[1]], data.image_shape
        ),
        "paired": len({tuple(run.seed for run in c.runs) for c in contenders}) == 1,
        "headline": tables.headline(comparison),
        "cost": tables.cost(comparison),
        "differences": tables.differences(comparison),
        "fields": fields,
        "one_scale": one_scale,
        "courses": figures.courses(comparison),
        "selections": figures.selections(comparison),
        "readings": figures.readings(comparison),
        "embeddings": figures.embeddings(comparison),
        "trained_on": max((r.scores.trained_on for r in comparison.runs if r.scores), default=0),
        "settings": settings_of_all(specs),
        "sources": sources_of(specs),
        "sections": [
            (contender.name, *section)
            for contender in contenders
            if contender.shown.scores is not None
            for section in contender.shown.scores.sections
        ],
        "versions": packages,
    }


def sources_of(specs: Iterable[Experiment]) -> list[tuple[str, str]]:
    """Return each source of all specs once, in short and in BibTeX, if their plugins are there."""
    sources: dict[str, None] = {}
    for spec in specs:
        with suppress(PlasticityError):
            sources |= dict.fromkeys(citations_of(spec))
    return [(short_form(entry), entry) for entry in sources]
