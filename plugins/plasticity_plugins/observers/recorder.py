"""Recording of arrays of the layers, and of functions of these, over the steps of a run."""

import re
from typing import Any

import attrs

from plasticity import (
    Cadence,
    Clock,
    Expression,
    LayerView,
    Offer,
    Variable,
    bytes_of,
    component,
    hookimpl,
    setting,
)
from plasticity.errors import SettingError, SpecError, listed, nearest
from plasticity.typing import Array

# State of a recording between its frames, in this order.
FRAMES, LOOKED, DOUBLINGS = range(3)

_GIVEN = "given in Python"
_OF_MEMORY, _MB = 0.8, 1e6  # share of what is left
_NEXT = "; "  # between the cadences that held one after the other
_REDUCTIONS = ("mean", "std", "min", "max", "norm", "quantile", "histogram")


@attrs.define(eq=False)
class _LayerRecord:
    """Recording of one layer, its cadence and its largest number of frames."""

    recording: Any
    progress: Any
    asked: Cadence
    cadence: Cadence
    most: float
    history: list[str]


@component
class Recorder:
    """Records arrays of every layer, or of one, and functions of these in the store.

    `Run.trajectory` gives them over `step`. Arrays that have a value for each sample of the batch
    can be recorded as well; where the last batch of an epoch is smaller, the rest of its frame is
    NaN. A second recorder takes a `group` of its own: `Run.recorded(group)`.

    When: `every` so many steps, or a string like "2 epochs" or "10 per decade" (evenly spaced on a
    logarithmic scale), or `at` given steps; of these, where it is set, only when a condition holds.

    With `first` the first frame of `every` is that of step 0, with the weights as they are before
    the first step: `every = 10` takes the steps 0, 10, 20, and so on. With `at` it is taken where 0
    is among the steps. What is filled by a step and outlives it, as the threshold, is NaN there. A
    recorder of arrays that belong to a batch, or of functions in Python, has nothing to take then.

    What: `variables` whole, of chosen `neurons`, or reduced `over` named dimensions; `probes` are
    formulas, as `{spread = "std(weights, 'input')"}`, or in Python functions of the layer. Formulas
    have abs sqrt exp log tanh sign minimum maximum where, and over dimensions mean std min max sum
    norm quantile any all. Of a private array the last part of its name is enough.

    How much: fewer bits compress better. With `at_most`, each layer has its share of the bytes
    (uncompressed). Once half of what is left is used, the steps between frames are doubled as often
    as it takes for the rest of the run to fit; the attribute `cadence` of the group tells from
    which step on which cadence held.

    Raises `SettingError` for what contradicts itself, where there is no layer of the name, and at
    the first step where a layer has no array of a name, a frame is larger than the budget, or `at`
    has step 0 and something that is recorded is not there yet.
    """

    variables: tuple[str, ...] = setting(
        default=("weights",), doc="names of the arrays: weights, threshold, activity, ..."
    )
    every: int | str = setting(
        default=100, unit="steps", doc='steps between two frames, "2 epochs", or "10 per decade"'
    )
    at: tuple[int, ...] = setting(
        default=(), doc="the steps to record, in place of `every`; 0 is before the first"
    )
    first: bool = setting(default=True, doc="begin `every` with step 0, before the first step")
    when: Any = setting(
        default=None, doc='condition of a frame, as "mean(threshold) > 1"; a function in Python'
    )
    neurons: tuple[int, ...] = setting(
        default=(), doc="the neurons to record; all if none is named"
    )
    reduce: str | None = setting(
        default=None, choices=_REDUCTIONS, doc="reduction of each of the variables"
    )
    over: tuple[str, ...] = setting(
        default=(), doc="dimensions to take it over, as neuron, input, sample; all if none is named"
    )
    p: float = setting(default=2.0, above=0, doc="of the norm, (sum |v|^p)^(1/p)")
    share: float = setting(default=0.5, low=0, high=1, doc="of the values under the quantile")
    bins: int = setting(default=20, low=1, doc="of the histogram")
    range: tuple[float, ...] = setting(
        default=(), doc="of the histogram, two numbers; a value outside is not counted"
    )
    probes: dict[str, Any] = setting(factory=dict, doc="functions of the state by name")
    precision: str | None = setting(
        default=None, choices=("float16", "float32", "float64"), doc="type in the store"
    )
    bits: int | None = setting(default=None, low=1, high=52, doc="bits of the mantissa to keep")
    at_most: str | None = setting(default=None, doc='all frames together, as "2 GB"')
    layer: str | None = setting(default=None, doc="name of the one layer to record; all if not set")
    group: str = setting(default="trajectory", doc="group of the layer in the store")

    progress = Variable(
        ("layer", 3),
        dtype="int64",
        description="of each layer: frames taken, frames at the last look at the budget, doublings "
        "of the steps between frames",
    )

    def __attrs_post_init__(self) -> None:
        self._store: Any = None
        self._recorded: dict[str, _LayerRecord] = {}
        self._stage: list[_LayerRecord] | None = None
        self._refuse_contradictions()
        try:
            Cadence.of(self.at or self.every, 1)
            bytes_of(self.at_most or "0 B", "at_most")
        except SpecError as error:
            raise SettingError(f"recorder: {error}") from None
        self._probes = {name: _read(f"probes.{name}", probe) for name, probe in self.probes.items()}
        self._when = None if self.when is None else _read("when", self.when)
        self._functions = [p for p in (*self._probes.values(), self._when) if p is not None]

    def _refuse_contradictions(self) -> None:
        """Raise `SettingError` for settings that cannot be meant together."""
        wrong = {
            "nothing to record: give variables or probes": not self.variables and not self.probes,
            "over names dimensions, but there is nothing to reduce: give reduce": (
                bool(self.over) and self.reduce is None
            ),
            "a histogram has a range of two numbers, from the lower to the higher": (
                self.reduce == "histogram"
                and not (len(self.range) == 2 and self.range[0] < self.range[1])
            ),
            "one of precision and bits is enough: bits keep the type and the range of numbers": (
                self.precision is not None and self.bits is not None
            ),
            "neurons count from 0, and each is named once": (
                any(neuron < 0 for neuron in self.neurons)
                or len(set(self.neurons)) < len(self.neurons)
            ),
        }
        names = [name for name in self.probes if not re.fullmatch(r"[^\W\d]\w*", name)]
        for message, holds in wrong.items():
            if holds:
                raise SettingError(f"recorder: {message}")
        if names:
            raise SettingError(
                f"recorder: probes: a name is a word of letters, digits and _, got {names[0]!r}"
            )

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Return the arrays that it reads, since compiled steps leave only those that are read."""
        used = list(self.variables)
        for probe in self._functions:
            used += probe.names if isinstance(probe, Expression) else getattr(probe, "looks_at", ())
        return tuple(dict.fromkeys(used))

    @hookimpl
    def run_started(self, experiment: Any, store: Any) -> None:
        layers = [experiment.layer_name(index) for index in range(len(experiment.layers))]
        if self.layer is not None and self.layer not in layers:
            raise SettingError(
                f"recorder: there is no layer {self.layer!r}{nearest(self.layer, layers)} "
                f"(there are {listed(layers)})"
            )
        self._layers = layers
        self._store, self._recorded, self._stage = store, {}, None

    @hookimpl
    def epoch_started(self, clock: Clock) -> None:
        if clock.step == 0:
            self._stage = None

    @hookimpl
    def training_started(self, layer: LayerView) -> None:
        if self.layer not in (None, layer.name) or not (0 in self.at if self.at else self.first):
            return
        if self._may_begin(layer):
            self._take(layer)
        elif 0 in self.at:
            raise SettingError(
                "recorder: at has step 0, before the first step, but what is recorded belongs to a "
                "batch or is a function in Python; leave out one of them"
            )

    def _may_begin(self, layer: LayerView) -> bool:
        """Return whether all recorded arrays have a shape, and some a value, before a step."""
        if not all(isinstance(probe, Expression) for probe in self._functions):
            return False
        names = {layer.full_name(name) for name in self.looks_at}
        lasting = {name for name, kept in layer.variables.items() if kept.intent != "scratch"}
        return names <= lasting and not names.isdisjoint(layer.initial)

    def following(self, step: int) -> int | None:
        """Return the next step at which a layer is recorded.

        Which layers are being trained, and whether they have the arrays, the first step tells.
        """
        if self._stage is None:
            return step + 1
        found = [kept.cadence.following(step) for kept in self._stage]
        return min((due for due in found if due is not None), default=None)

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        self._stage = [] if self._stage is None else self._stage
        if self.layer in (None, layer.name):
            self._take(layer)

    def _take(self, layer: LayerView) -> None:
        """Record a layer, as far as a frame is due and there is room for it."""
        self._stage = [] if self._stage is None else self._stage
        kept = self._recorded.get(layer.name)
        if kept is None:
            kept = self._recorded[layer.name] = self._begin(layer)
        if kept not in self._stage:
            self._stage.append(kept)
        clock = layer.clock
        if clock.step and kept.cadence.following(clock.step - 1) != clock.step:
            return
        if kept.progress[FRAMES] < kept.most and self._holds(layer):
            kept.recording.take()
            if self.at_most is not None:
                self._count(kept, clock)

    def kept_in_stretch(self, layer: LayerView) -> Offer | None:
        """Let a compiled stretch take the frames, once the first step has told what they hold."""
        kept = self._recorded.get(layer.name)
        # A subclass may do more in each step.
        plain = type(self) is Recorder and self._when is None and self.at_most is None
        if not plain or kept is None or kept not in (self._stage or []):
            return None
        offer: Offer | None = kept.recording.offer(kept.cadence)
        return offer

    def _begin(self, layer: LayerView) -> _LayerRecord:
        """Open the recording of a layer, as far as it had come before this step."""
        if self._store is None:
            raise SettingError(
                "recorder: was registered after the run began; list it under `observers`"
            )
        self._check(layer)
        recording = self._store.record(
            layer,
            self.variables,
            group=self.group,
            neurons=self.neurons,
            reduction=self._reduction(),
            probes=self._probes,
            precision=self.precision,
            bits=self.bits,
        )
        asked = Cadence.of(self.at or self.every, layer.clock.steps_per_epoch)
        progress = self.progress[self._layers.index(layer.name)]
        kept = _LayerRecord(recording, progress, asked, asked, float("inf"), [])
        labels: dict[str, Any] = {}
        if self.when is not None:
            labels["when"] = str(self._when) if isinstance(self.when, str) else _called(self.when)
        if self.at_most is not None:
            kept.most = self._share() // recording.series.frame_bytes
            if progress[LOOKED]:
                fit(progress, asked, layer.clock.step - 1, layer.clock.n_step, int(kept.most))
            kept.cadence = asked.thinned(2 ** int(progress[DOUBLINGS]))
            labels["at_most"] = self.at_most
            if kept.most < 1:
                raise SettingError(
                    f"recorder: at_most is {self.at_most}, of which {layer.name} has "
                    f"{self._share()} bytes, but a frame of it has {recording.series.frame_bytes}"
                )
        elif self.when is None:
            self._check_room(
                layer, recording, asked.count(layer.clock.step - 1, layer.clock.n_step)
            )
        begun = min(layer.clock.step, 1)
        before = recording.series.attributes.get("cadence", f"from step {begun}: {asked}")
        # Version 0.1.0 wrote a list.
        history = before if isinstance(before, list) else before.split(_NEXT)
        kept.history = _until(history, layer.clock.step)
        if not kept.history[-1].endswith(f": {_told(kept)}"):
            kept.history.append(f"from step {layer.clock.step}: {_told(kept)}")
        recording.series.label(labels | {"cadence": _NEXT.join(kept.history)})
        return kept

    def _check_room(self, layer: LayerView, recording: Any, frames: int) -> None:
        """Raise `SettingError` where the frames of a run without a store do not fit into memory."""
        size, left = frames * recording.series.frame_bytes, _OF_MEMORY * recording.series.bytes_left
        if size > left:
            raise SettingError(
                f"recorder: {frames} frames of {layer.name} have {size / _MB:,.0f} MB, and memory "
                f"has room for {left / _MB:,.0f} MB: give the run a store (out), record less "
                f'often, or set at_most = "{left / _MB:.0f} MB"'
            )

    def _share(self) -> int:
        """Return the bytes for the frames of each layer."""
        total = bytes_of(self.at_most or "0 B", "at_most")
        return total // (1 if self.layer is not None else len(self._layers))

    def _count(self, kept: _LayerRecord, clock: Clock) -> None:
        """Count a frame, and thin the cadence where the others would not fit."""
        if thin(kept.progress, kept.asked, clock.step, clock.n_step, int(kept.most)):
            kept.cadence = kept.asked.thinned(2 ** int(kept.progress[DOUBLINGS]))
            kept.history = [*kept.history, f"from step {clock.step + 1}: {_told(kept)}"]
            kept.recording.series.label({"cadence": _NEXT.join(kept.history)})

    def _holds(self, layer: LayerView) -> bool:
        """Return whether the condition of a frame holds."""
        if self._when is None:
            return True
        if layer.clock.step == 0 and isinstance(self._when, Expression):
            names = {layer.full_name(name) for name in self._when.names}
            if not names <= layer.initial:
                return False
        if not isinstance(self._when, Expression):
            return bool(self._when(layer))
        found = layer.evaluate(self._when)
        if found.dims:
            raise SettingError(
                f"recorder: when: {self._when.text!r} has a value for each "
                f"{' and '.join(found.dims)}; write any(...) or all(...) of it"
            )
        return bool(found.values)

    def _reduction(self) -> dict[str, Any] | None:
        if self.reduce is None:
            return None
        told = {"name": self.reduce, "over": self.over, "power": self.p, "share": self.share}
        return told | ({"bins": self.bins, "range": self.range} if self.range else {})

    def _check(self, layer: LayerView) -> None:
        for name in self.variables:
            if layer.full_name(name) not in layer.names:
                raise SettingError(
                    f"recorder: {layer.name} has no array {name!r}{nearest(name, layer.names)} "
                    f"(it has {listed(layer.names)})"
                )
        n_neuron = len(layer.array("weights"))
        beyond = [neuron for neuron in self.neurons if neuron >= n_neuron]
        if beyond:
            raise SettingError(
                f"recorder: neurons: {layer.name} has {n_neuron}, counted from 0, so there is no "
                f"{beyond[0]}"
            )


def thin(progress: Array, cadence: Cadence, step: int, n_step: int, most: int) -> bool:
    """Count a frame and, if the others would not fit, double the steps between frames.

        look when     frames - looked >= (most - looked) / 2        half of what was left is used
        double while  frames of the rest of the run > most - frames

    So half of what may be taken is taken at the cadence that was asked for, and the rest reaches to
    the end of the run. Returns whether the steps between frames were doubled.
    """
    progress[FRAMES] += 1
    frames, looked, doublings = (int(number) for number in progress)
    if 2 * (frames - looked) < most - looked:
        return False
    progress[LOOKED] = frames
    fit(progress, cadence, step, n_step, most)
    return bool(progress[DOUBLINGS] > doublings)


def fit(progress: Array, cadence: Cadence, step: int, n_step: int, most: int) -> None:
    """Double the steps between frames until those after a step fit into what is left.

    Once it has looked they do, so that this changes something only where a run is made longer.
    """
    left = most - int(progress[FRAMES])
    while cadence.thinned(2 ** int(progress[DOUBLINGS])).count(step, n_step) > left:
        progress[DOUBLINGS] += 1


def _read(place: str, given: Any) -> Any:
    """Return a parsed formula, or a function as it is."""
    if callable(given):
        return given
    if isinstance(given, str) and given.startswith(_GIVEN):
        raise SettingError(
            f"recorder: {place} was a function {given}; give it again, or write a formula"
        )
    try:
        return Expression.parse(given)
    except SpecError as error:
        raise SettingError(f"recorder: {place}: {error}") from None


def _told(kept: _LayerRecord) -> str:
    """Return the cadence of a layer as text."""
    return str(kept.cadence) if kept.progress[FRAMES] < kept.most else "no more within the budget"


def _called(function: Any) -> str:
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def _until(history: list[str], step: int) -> list[str]:
    """Return the cadences that had begun by a step."""
    return [told for told in history if int(told.split()[2].rstrip(":")) <= step]
