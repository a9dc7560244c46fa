"""What an experiment says, in Python or in a TOML file, without loss from one to the other."""

from __future__ import annotations

import logging
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal

import attrs

from plasticity.components.interface import interface_of
from plasticity.components.notebook import facts
from plasticity.components.rule import Term
from plasticity.errors import EntryError, PlasticityError, SpecError
from plasticity.experiment import registry
from plasticity.experiment.fields import all_of, entry, one_object, part, parts, plain, terms_of
from plasticity.experiment.storage import Storage

logger = logging.getLogger("plasticity")


@attrs.frozen
class Phase:
    """A named stretch of the run, in epochs; rules may learn in some phases only."""

    name: str = plain()
    epochs: int = plain(low=1)


def phases_lasting(phases: Sequence[Phase], epochs: int) -> tuple[Phase, ...]:
    """Return the phases, each lengthened in proportion so that they last `epochs` together."""
    total, unit = sum(phase.epochs for phase in phases), shortest(phases)
    if epochs % unit:
        lengths = ", ".join(f"{phase.name} {phase.epochs}" for phase in phases)
        raise SpecError(
            f"epochs: {epochs} cannot be shared among the phases ({lengths}) in proportion; give a "
            f"multiple of {unit}, or the length of a phase, as phases.{phases[0].name}.epochs"
        )
    return tuple(attrs.evolve(phase, epochs=phase.epochs * epochs // total) for phase in phases)


def shortest(phases: Sequence[Phase]) -> int:
    """Return the fewest epochs that phases can last together, in the same proportion."""
    lengths = [phase.epochs for phase in phases]
    return sum(lengths) // math.gcd(*lengths) if lengths else 1


@attrs.frozen(eq=False, kw_only=True)
class Layer:
    """One layer: how many neurons, and the components that make them respond and learn.

    neurons      size of the layer
    rule         a rule, a sum of rules, a name, or a list of names and tables with `coefficient`,
                 `phases` and `schedule`, whose factor multiplies the coefficient
    activation, optimizer, initializer     one component each, required
    threshold, lateral, synapse, schedule  one component each, or None
    transforms, constraints                any number, in the order in which they act
    name         how stores and messages call the layer; `layer_0`, `layer_1` unless given
    """

    neurons: int = plain(low=1)
    rule: Any = entry(terms_of, role="rule")
    activation: Any = part(role="activation")
    optimizer: Any = part(role="optimizer")
    initializer: Any = part(role="initializer")
    threshold: Any = part(None, role="threshold")
    lateral: Any = part(None, role="lateral")
    synapse: Any = part(None, role="synapse")
    schedule: Any = part(None, role="schedule")
    transforms: Any = parts(role="transform")
    constraints: Any = parts(role="constraint")
    name: str = plain("")


@attrs.frozen(eq=False, kw_only=True)
class Experiment:
    """Everything that decides a run, but for the machine.

    data             a source (component, name or table), or `Data`
    layers           the layers, from the input upwards
    epochs           passes through the data; or give `phases`
    batch_size       samples a step
    seed             of all random numbers
    dtype            "float32" or "float64"
    shuffle          whether each epoch draws the samples in a new order
    drop_last        whether a last batch that is not full is left out
    training         "together": each step trains all layers; "layer_by_layer": one after another,
                     each for all epochs
    encoders         components that change the inputs, in order
    metrics          components that measure, each for every layer
    measure_every    steps between measurements; 0: at the end of each epoch
    measure_samples  how many samples, drawn once, the metrics see the responses to
    observers        components that look on
    fuse             "auto": a long run whose components all have kernels is compiled, one loop a
                     layer; "always": a short one as well; "never". The results of both ways differ
                     in the last digits, by the order of sums
    storage          how a run that goes to a store is kept
    """

    data: Any = part(role="source")
    layers: tuple[Layer, ...] = all_of(Layer)
    epochs: int | None = plain(None, low=1, decides="length")
    phases: tuple[Phase, ...] = all_of(Phase, ())
    batch_size: int = plain(100, low=1)
    seed: int = plain(0, low=0)
    dtype: Literal["float32", "float64"] = plain("float32")
    shuffle: bool = plain(True)
    drop_last: bool = plain(False)
    training: Literal["together", "layer_by_layer"] = plain("together")
    encoders: Any = parts(role="encoder")
    metrics: Any = parts(role="metric", decides="measurements")
    measure_every: int = plain(0, low=0, decides="measurements")
    measure_samples: int = plain(1000, low=1, decides="measurements")
    observers: Any = parts(role="observer", decides="records")
    fuse: Literal["auto", "always", "never"] = plain("auto")
    storage: Storage = one_object(Storage, Storage(), decides="records")

    def __attrs_post_init__(self) -> None:
        if not self.layers:
            raise EntryError("layers: there is none; give at least one layer")
        if self.phases and self.epochs not in (None, self.n_epoch):
            raise EntryError(
                f"epochs: is {self.epochs}, but the phases last {self.n_epoch} epochs together; "
                "give one of the two"
            )

    @property
    def n_epoch(self) -> int:
        """Epochs of the run: of all phases, or `epochs`, or 1."""
        return sum(phase.epochs for phase in self.phases) or self.epochs or 1

    def phase_of(self, epoch: int) -> str:
        """Return the name of the phase to which an epoch belongs; "" where there are no phases."""
        for phase in self.phases:
            if epoch < phase.epochs:
                return phase.name
            epoch -= phase.epochs
        return ""

    def layer_name(self, index: int) -> str:
        """Return how stores and messages call a layer."""
        return self.layers[index].name or f"layer_{index}"

    def with_(self, *, data: Any = None, labels: Any = None, **settings: Any) -> Experiment:
        """Return the experiment with other settings, by dotted path as for `plasticity.run`.

        data, labels   in place of the data of the experiment

        Raises `SpecError` for a path that leads nowhere or a value that cannot be.

        >>> made = Experiment.load("bcm").with_(neurons=20, **{"threshold.memory": 0.5})
        >>> made.layers[0].neurons, made.to_dict()["layers"][0]["threshold"]
        (20, {'name': 'moving_average', 'memory': 0.5})
        """
        from plasticity.experiment.configure import configure

        return configure(self, data=data, labels=labels, **settings)

    def to_dict(self) -> dict[str, Any]:
        """Return the experiment as tables, lists and values, without what equals its default."""
        from plasticity.experiment.tables import to_dict

        return to_dict(self)

    def to_toml(self) -> str:
        """Return the experiment as a TOML file, which `from_toml` reads back without loss."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    @staticmethod
    def from_dict(tables: Mapping[str, Any]) -> Experiment:
        """Return the experiment of these tables; a mistake is a `SpecError` naming its place."""
        from plasticity.experiment.tables import structure

        return structure(tables)

    @staticmethod
    def from_toml(text: str) -> Experiment:
        """Return the experiment that a TOML text describes."""
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SpecError(f"not a TOML file: {error}") from error
        return Experiment.from_dict(tables)

    @staticmethod
    def load(path: str | Path) -> Experiment:
        """Return the experiment of a preset, or of a TOML file.

        A name that is that of a preset means the preset; "./bcm" means the file `bcm`. A mistake in
        a file is a `SpecError` that begins with the path.
        """
        name, file = str(path), Path(path)
        named = file.suffix == ".toml" or file.exists() or file.name != name
        if named and not registry.is_preset(path):
            try:
                return Experiment.from_toml(_text(file, name))
            except SpecError as error:
                raise type(error)(f"{name}: {error}") from None
        if file.exists():
            logger.warning("%s: the preset; ./%s is what lies here under this name", name, name)
        return Experiment.from_toml(registry.text_of(name, registry.PRESETS))

    def __repr__(self) -> str:
        layers = ", ".join(map(_summary, self.layers))
        epochs = "1 epoch" if self.n_epoch == 1 else f"{self.n_epoch} epochs"
        return f"<Experiment: {_name(self.data)}, {layers}, {epochs}, seed {self.seed}>"

    def _repr_html_(self) -> str:
        layers = {self.layer_name(index): _summary(at) for index, at in enumerate(self.layers)}
        values = {"data": _name(self.data), **layers, "epochs": self.n_epoch}
        values |= {"batch size": self.batch_size, "seed": self.seed}
        values["metrics"] = ", ".join(map(_name, self.metrics))
        try:
            text = escape(self.to_toml())
            below = f"<details><summary>as a TOML file</summary><pre>{text}</pre></details>"
        except PlasticityError as error:  # of a setting that no file can hold
            below = f"<p>{escape(str(error))}</p>"
        return facts("Experiment", values, below)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]


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
    """Yield every component that an experiment names, in the order of the spec."""
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


def _summary(layer: Layer) -> str:
    return f"{layer.neurons} neurons with {' + '.join(_name(term.rule) for term in layer.rule)}"


def _name(part: Any) -> str:
    return str(getattr(part, "name", "") or interface_of(part).label)


def entries_deciding(*what: str) -> set[str]:
    """Return the entries that decide "length", "measurements" or "records", but no weight."""
    fields = attrs.fields(Experiment)
    return {field.name for field in fields if field.metadata.get("decides") in what}


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecError(f"not a TOML file: {error}") from error
    except OSError as error:
        if (path / "zarr.json").is_file():
            raise SpecError(
                f"is the store of a run, not a spec; plasticity resume {name} goes on with it"
            ) from None
        raise SpecError(f"cannot be read: {error.strerror}") from error
