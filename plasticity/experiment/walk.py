"""The components that an experiment names, one after another, with their places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from plasticity.components.rule import Term
from plasticity.experiment.spec import Experiment, Layer


@attrs.frozen
class Part:
    """One component of a spec."""

    place: str  # as "layers[0].rule[1]", or "layers[0].rule[1].schedule" of a coefficient
    entry: str  # the key of the spec that holds it
    role: str  # the role that belongs there
    reference: Any  # a Reference, a component, or Data
    layer: int | None = None  # index of its layer
    term: Term | None = None  # of a sum of rules


def parts_of(experiment: Experiment) -> Iterator[Part]:
    """Yield every component that an experiment names, in the order of the spec.

    >>> [part.place for part in parts_of(Experiment.load("bcm"))][:3]
    ['data', 'layers[0].rule', 'layers[0].activation']
    """
    for attribute in attrs.fields(Experiment):
        content = getattr(experiment, attribute.name)
        for index, layer in enumerate(content if attribute.name == "layers" else ()):
            for own in attrs.fields(Layer):
                yield from _entry_parts(own, getattr(layer, own.name), f"layers[{index}].", index)
        yield from _entry_parts(attribute, content, "", None)


def _entry_parts(
    attribute: attrs.Attribute[Any], content: Any, prefix: str, layer: int | None
) -> Iterator[Part]:
    if content is None or "role" not in attribute.metadata:
        return
    name, role = attribute.name, attribute.metadata["role"]
    many = isinstance(content, tuple) and not (name == "rule" and len(content) == 1)
    for position, item in enumerate(content if isinstance(content, tuple) else (content,)):
        place = prefix + name + (f"[{position}]" if many else "")
        if not isinstance(item, Term):
            yield Part(place, name, role, item, layer)
            continue
        yield Part(place, name, role, item.rule, layer, item)
        if item.schedule is not None:
            yield Part(f"{place}.schedule", name, "schedule", item.schedule, layer)
