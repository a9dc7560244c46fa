"""Runs, experiments and settings of components as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import getdoc
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.cli.terminal import columns, heading, line
from plasticity.components.data import Data
from plasticity.components.events import RESPOND, UPDATE
from plasticity.components.function_rule import FunctionRule
from plasticity.components.interface import interface_of
from plasticity.components.setting import type_name
from plasticity.errors import PlasticityError, SettingError, StoreError
from plasticity.experiment.citations import entries_of, short_form
from plasticity.experiment.fields import GIVEN, Reference
from plasticity.experiment.portion import Portion
from plasticity.experiment.quantities import size_text
from plasticity.experiment.registry import DIAGNOSTICS, entry_of, find, name_of, short
from plasticity.experiment.spec import Experiment, Layer, Part, parts_of
from plasticity.fusion.eligibility import FUSED
from plasticity.hookspecs import EVENTS
from plasticity.network.network import Network
from plasticity.network.state import DIAGNOSTICS as LOOKING_ON
from plasticity.network.state import LayerState
from plasticity.store.arrays import dims_stored
from plasticity.store.reader import CHECKPOINTS
from plasticity.store.run import Run
from plasticity.typing import Array

if TYPE_CHECKING:
    from plasticity.simulation.simulation import Simulation


_FORMED_BY_THE_LOOP = "dW_ij = < phi_i x_j > - d_i w_ij"


def component_lines(name: str, group: str, *, in_full: bool) -> tuple[str, list[str]]:
    """Return the role of a component and the lines to print about it."""
    if ":" in name:
        cls, lines = find(name), [name]
    else:
        entry = entry_of(name, group, "component", "")
        cls, lines = entry.load(), [f"{short(name)}  {entry.distribution} {entry.version}"]
    interface, doc = interface_of(cls), (getdoc(cls) or "").splitlines()
    lines += [f"{cls.__module__}:{cls.__qualname__}", *doc, ""] if in_full else doc[:1]
    lines += setting_lines(cls)
    if interface.role == "source":
        lines += setting_lines(Portion)
    lines += _events(cls) if in_full else ()
    if cited := entries_of(cls, interface.source):
        lines.append(f"source: {'; '.join(map(short_form, cited))}")
    return "diagnostic" if group == DIAGNOSTICS else interface.role, lines


def _events(cls: type) -> Iterator[str]:
    """Yield the events that a component answers, and whether compiled steps include it there."""
    try:
        compiled = {"schedule_rate", *interface_of(cls()).kernels}
    except (SettingError, TypeError):  # it has settings that must be given
        compiled = {"schedule_rate", *(kernel.event for kernel in vars(cls).get("kernels", ()))}
    for event in interface_of(cls).events:
        known = event in compiled or (event in FUSED and issubclass(cls, FunctionRule))
        how = "compiled" if known else "not compiled" * (event in FUSED)
        yield f"answers {event}: {EVENTS[event].kind}{', ' if how else ''}{how}"


def setting_lines(cls: type, given: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Yield value, type, range, unit and meaning of each setting of a component class.

    Settings that are not `given` have their defaults.

    >>> from plasticity import component, hookimpl, setting
    >>> @component
    ... class Half:
    ...     share: float = setting(default=0.5, low=0, high=1, doc="share of the current kept")
    >>> list(setting_lines(Half))
    ['share = 0.5  (a number, [0, 1]): share of the current kept']
    """
    given = given or {}
    for name, setting in interface_of(cls).settings.items():
        value = given.get(name, setting.initial())
        text = "must be given" if value is attrs.NOTHING else format_value(value)
        unit = f"unit {setting.unit}" if setting.unit != "1" else ""
        facts = [type_name(setting.type), setting.range(), unit]
        meaning = f": {setting.doc}" if setting.doc and setting.doc != name else ""
        yield f"{name} = {text}  ({', '.join(fact for fact in facts if fact)}){meaning}"


def format_value(value: Any) -> str:
    """Return a value as a spec writes it; an array by its shape.

    >>> format_value(None), format_value(True), format_value("relu"), format_value((1, 2))
    ('not set', 'true', "'relu'", '[1, 2]')
    """
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if getattr(value, "shape", ()):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(format_value, value))}]"
    return repr(value)


def print_experiment(experiment: Experiment) -> None:
    """Print every setting of an experiment, defaults included."""
    parts = list(parts_of(experiment))
    heading("experiment")
    _print_holder(experiment, [part for part in parts if part.layer is None])
    for index, layer in enumerate(experiment.layers):
        heading(experiment.layer_name(index))
        _print_holder(layer, [part for part in parts if part.layer == index])


def _print_holder(holder: Experiment | Layer, parts: list[Part]) -> None:
    for attribute in attrs.fields(type(holder)):
        value = getattr(holder, attribute.name)
        if "role" in attribute.metadata or attribute.name in ("layers", "name"):
            continue
        if attribute.name == "phases":
            value = tuple(f"{phase.name} {phase.epochs}" for phase in value)
        if attribute.name == "epochs" and isinstance(holder, Experiment):
            value = holder.n_epoch
        line(f"{attribute.name} = {format_value(value)}", indent=2)
    for part in parts:
        _print_part(part)


def _print_part(part: Part) -> None:
    term = part.term
    entry = part.place.partition("].")[2] if part.layer is not None else part.place
    coefficient = f"{term.coefficient:g} * " if term and term.coefficient != 1 else ""
    phases = f", learning in {', '.join(term.phases)}" if term and term.phases else ""
    name, cls, given = _resolve(part.reference, part.role)
    line(f"{entry} = {coefficient}{name}{phases}", indent=2)
    known = {} if cls is None else interface_of(cls).settings
    others = [f"{key} = {format_value(value)}" for key, value in given.items() if key not in known]
    for text in [*(setting_lines(cls, given) if cls else ()), *others]:
        line(text, indent=4)


def _resolve(reference: Any, role: str) -> tuple[str, type | None, dict[str, Any]]:
    """Return name, class (None if not installed) and given settings of a component."""
    if isinstance(reference, Data):
        return GIVEN, None, {"name": reference.name, "shape": reference.samples.shape}
    if not isinstance(reference, Reference):
        cls = type(reference)
        given = {name: getattr(reference, name) for name in interface_of(cls).settings}
        return name_of(cls), cls, given
    if reference.name == GIVEN:
        return GIVEN, None, reference.settings
    try:
        return reference.name, find(reference.name, role), reference.settings
    except PlasticityError:
        return f"{reference.name} (not installed)", None, reference.settings


def print_run(run: Run) -> None:
    """Print how a run ended, its arrays and its last measurements."""
    store, attributes = run.store, run.store.attributes
    abandoned = run.outcome == "running" and not store.is_written
    facts = [("outcome", "interrupted: no process holds the store" if abandoned else run.outcome)]
    if "reached" in attributes:
        facts.append(("steps", f"{attributes['reached']} of {attributes['reached_at_end']}"))
        facts.append(("last commit", attributes["committed"]))
    if store.checkpoints:
        facts.append(("checkpoints", "after step " + ", ".join(map(str, store.checkpoints))))
    if "parent" in attributes:
        facts.append(("branched from", "{name} after step {step}".format(**attributes["parent"])))
    facts += [
        ("resumed", f"after step {end['reached']} ({end['outcome']})")
        for end in attributes.get("before", ())
    ]
    if store.path is not None and store.path.is_dir():
        files = [path.stat().st_size for path in store.path.rglob("*") if path.is_file()]
        facts.append(("on disk", f"{size_text(sum(files))} in {len(files)} files"))
    facts += [("notice", text) for text in run.notices]
    facts += attributes["versions"].items()
    heading("run")
    columns(facts, indent=2)
    heading("arrays")
    columns(sorted(_arrays(run)), indent=2)
    print_measurements(run, "measurements")


def _arrays(run: Run) -> list[tuple[str, str, str, str]]:
    """Return path, named sizes, dtype and bytes of each array outside the checkpoints."""
    rows = []
    for path, array in run.store.arrays().items():
        if path.startswith(f"{CHECKPOINTS}/"):
            continue
        sizes = zip(dims_stored(array) or ("",) * array.ndim, array.shape, strict=True)
        dims = ", ".join(f"{name} {size}".strip() for name, size in sizes)
        rows.append((path, f"({dims})", str(array.dtype), size_text(array.nbytes)))
    return rows


def print_measurements(run: Run, title: str = "") -> bool:
    """Print the last measurements of every layer; return whether anything was measured."""
    layers = {layer: last_measurements(run, layer) for layer in run.layers}
    names = dict.fromkeys(name for values in layers.values() for name in values)
    if not names:
        return False
    rows = [(name, *(values.get(name, "") for values in layers.values())) for name in names]
    if title:
        heading(title)
    columns([("measurement", *layers), *rows], indent=2 if title else 0)
    return True


def last_measurements(run: Run, layer: str) -> dict[str, str]:
    """Return the last value of each measurement of a layer, as text by name."""
    measured = run.store.dataset(f"{layer}/metrics")
    return {
        str(name): _summary(array.values[-1])
        for name, array in measured.data_vars.items()
        if len(array)
    }


def _summary(values: Array) -> str:
    """Return a number as text, or the mean and the range of the finite values of an array.

    >>> import numpy as np
    >>> _summary(np.float64(0.25)), _summary(np.array([1.0, 2.0, float("nan")]))
    ('0.25', 'mean 1.5 (1 to 2)')
    """
    if not np.ndim(values):
        return f"{float(values):.6g}"
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "nan"
    return f"mean {finite.mean():.6g} ({finite.min():.6g} to {finite.max():.6g})"


def print_schedule(source: Run | Experiment) -> Simulation | None:
    """Print which components answer each event, or why the experiment cannot be assembled."""
    from plasticity.simulation.assembly import assemble

    heading("order of events")
    try:
        simulation = assemble(_with_data(source))
    except PlasticityError as error:
        line(f"unknown, because the experiment cannot be assembled: {error}", indent=2)
        return None
    columns(_schedule_of(simulation.network), indent=2)
    heading("steps")
    for text in simulation.stepping():
        line(text, indent=2)
    return simulation


def _schedule_of(network: Network) -> Iterator[tuple[str, ...]]:
    """Yield layer, event and components of every event that is answered, in their order."""
    names = list(EVENTS)
    first, last = names.index(RESPOND[0]), names.index("should_stop")
    for name in names[:first]:
        for state in network.layers if name == "init_state" else [network.whole]:
            yield from _answering(network, name, state)
    for layer in network.layers:
        for name in names[first : last + 1]:
            if name == "differentiate" and "slope" not in layer.used:
                continue
            if name == UPDATE[0]:
                yield layer.name, "(the loop)", _FORMED_BY_THE_LOOP
            yield from _answering(network, name, layer)
    for name in names[last + 1 :]:
        yield from _answering(network, name, network.whole)


def _answering(network: Network, event: str, state: LayerState) -> Iterator[tuple[str, ...]]:
    components = [
        f"{interface_of(hook.plugin).label} ({hook.plugin_name})"
        for hook in reversed(network.hooks(state, event))
        # Diagnostics look on at every run.
        if not hook.plugin_name.rpartition(": ")[2].startswith(LOOKING_ON)
    ]
    if components:
        yield "run" if state is network.whole else state.name, event, ", ".join(components)


def print_kernels(simulation: Simulation) -> None:
    """Print of each compiled step its template, the functions put into it, and where it lies."""
    steps = list(simulation.compiled_steps())
    if not steps:
        line('no step is compiled (see above); fuse = "always" compiles short runs too', indent=2)
    for step in steps:
        heading(f"kernel of {step.layer.name}")
        files = [("template", step.template.__name__), ("module", step.source)]
        columns(files, indent=2)
        columns(step.calls(), indent=2)


def _with_data(source: Run | Experiment) -> Experiment:
    """Return the experiment; that of a store with a stand-in for data that lie elsewhere.

    Raises `StoreError` where another component of a store names a file or a URL: showing a store
    opens nothing but the store.
    """
    if not isinstance(source, Run):
        return source
    experiment, facts = source.experiment, source.store.attributes["data"]
    outside = {part.place: path for part in parts_of(experiment) for path in _paths_of(part)}
    of_data = outside.pop("data", None)
    for place, path in outside.items():
        raise StoreError(
            f"{place} would read {path}, and nothing is opened because a store says so"
        )
    if of_data is None and getattr(experiment.data, "name", "") != GIVEN:
        return experiment
    # One number broadcast to the shape of the data, however large, takes no memory.
    samples = np.broadcast_to(np.zeros((), facts["dtype"]), facts["shape"])
    data = Data(samples, image_shape=source.image_shape, constant=facts.get("constant"))
    return attrs.evolve(experiment, data=data)


def _paths_of(part: Part) -> list[str]:
    """Return the files, folders and URLs that the settings of a component name."""
    given, name = getattr(part.reference, "settings", {}), getattr(part.reference, "name", GIVEN)
    if not given or name == GIVEN or ":" in name:
        return []
    cls = find(name, part.role)
    settings = interface_of(cls).settings.items()
    return [given[n] for n, own in settings if n in given and "a path" in type_name(own.type)]
