"""Every event, in the order in which the loop emits it. Read this first.

An event is of one of four kinds:

- `one`      exactly one component answers; it fills the array named last and returns it,
- `chain`    each component answers in the order of the spec and works in place,
- `collect`  each component may answer; the answers are gathered,
- `notify`   each component may listen; arrays come as read-only views.

A component answers an event with a method of that name, marked with `@hookimpl`, which takes
exactly those of the arguments below that it uses: the signature is its list of dependencies.

Arrays are filled, never rebound: x (sample, input), weights (neuron, input), current, activity,
slope and modulation (neuron, sample), threshold and decay (neuron,), update (neuron, input).
`clock` is a `Clock`: step, epoch and phase. `layer` is a `LayerView`: names and read-only arrays.
`store` is the `StoreWriter` that records the run; `Data`, `Experiment`, `Inputs` and `Run` are the
classes of these names in `plasticity`.
"""

import inspect
from collections.abc import Callable
from typing import Any, Literal

import attrs
import pluggy

PROJECT = "plasticity"
Kind = Literal["one", "chain", "collect", "notify"]

hookimpl = pluggy.HookimplMarker(PROJECT)
_hookspec = pluggy.HookspecMarker(PROJECT)


@attrs.frozen
class Event:
    """One event: its kind, its arguments and the first line of its documentation."""

    name: str
    kind: Kind
    arguments: tuple[str, ...]
    doc: str


EVENTS: dict[str, Event] = {}


def _event(kind: Kind) -> Any:
    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        arguments = tuple(inspect.signature(function).parameters)
        EVENTS[name] = Event(name, kind, arguments, (inspect.getdoc(function) or "").split("\n")[0])
        return _hookspec(function, firstresult=kind == "one" or name == "should_stop")

    return declare


# -- before the first step ---------------------------------------------------------------------


@_event("one")
def fetch_data(folder):
    """Download the data into a folder (a `Path`), check them, and return where they are."""


@_event("one")
def open_data(split):
    """Return the `Data` of a split, "train" or "test"; None where there is no such split."""


@_event("chain")
def init_state(weights, inputs, image_shape, clock):
    """Fill the arrays as they are before the first step; refuse settings that cannot work.

    `inputs.take(rows)` gives the inputs (sample, input) of some of the `inputs.n_sample` samples.
    `image_shape` is the shape of an input of this layer as an image, or None; a constant is beside.
    """


@_event("notify")
def run_started(experiment, clock, store, resumed):
    """The run of an `Experiment` begins, or goes on where it stopped (`resumed` is True)."""


@_event("notify")
def training_started(layer, clock, weights):
    """A layer is about to do its first step; its arrays are as `init_state` left them."""


# -- each epoch, each step ---------------------------------------------------------------------


@_event("notify")
def epoch_started(clock):
    """An epoch begins: a source reshuffles."""


@_event("one")
def draw_batch(x, clock):
    """Fill x with the samples of this step; a constant input is no part of x here."""


@_event("chain")
def encode(x, clock):
    """Change the inputs in place: noise, deprivation, normalization; but for a constant input.

    Metrics see the inputs without the encoders that have a Stream or take the clock here.
    """


# -- each layer of a step ----------------------------------------------------------------------


@_event("one")
def compute_current(weights, x, current):
    """Fill the current, u = W x unless a component says otherwise."""


@_event("chain")
def shape_current(current):
    """Change the current in place: lateral connections, u <- (1 - L)^-1 u."""


@_event("one")
def activate(current, activity):
    """Fill the activity, y = sigma(u)."""


@_event("one")
def differentiate(current, activity, slope):
    """Fill the slope sigma'(u); emitted only where a component reads the slope."""


@_event("one")
def estimate_threshold(activity, threshold, clock):
    """Fill the modification threshold theta."""


@_event("one")
def schedule_rate(clock):
    """Return the factor on the learning rate for this step; 1 where nobody answers."""


@_event("chain")
def modulate(x, weights, current, activity, slope, threshold, modulation, decay, labels, clock):
    """Add phi to the modulation and the sample mean of d to the decay: rules add up here.

    `labels` (sample,) belong to the samples of the step; data without labels are refused.
    The loop then forms dW_ij = < phi_i x_j > - d_i w_ij, where <.> is the mean over the samples.
    """


@_event("chain")
def propose_update(x, weights, current, activity, slope, threshold, update, labels, clock):
    """Add to dW what is not separable into phi and d."""


@_event("chain")
def shape_update(weights, activity, update, labels, clock):
    """Change dW in place: divide by max abs dW, weight decay, clip, reward gate."""


@_event("one")
def apply_update(weights, update, clock):
    """Move the weights along dW, which points where they shall go; return the weights."""


@_event("chain")
def constrain_weights(weights, activity, clock):
    """Change the weights in place: bounds, norms, signs, masks."""


# -- who looks on ------------------------------------------------------------------------------


@_event("collect")
def measure(layer, clock, responses, labels, weights, threshold):
    """Return a dict of measurements by name: a number, or one number a neuron.

    `responses` (neuron, sample) is the activity on the evaluation samples of the experiment,
    `labels` (sample,) what belongs to these; data without labels are refused where it is used.
    A class attribute `describes`, {"name": {"long_name": ..., "units": ..., "comment": ...}}, tells
    the store what the numbers mean. Asked every `measure_every` steps of the experiment, or as its
    own `every` says, as a listener's; and at the end.
    """


@_event("notify")
def measured(layer, clock, measurements):
    """All measurements of one layer at one step, as a dict by name."""


@_event("notify")
def step_finished(layer, clock, x, weights, current, activity, threshold, update, labels):
    """A step of a layer is done; heard when the listener is due.

    That is every step, or as its attribute `every` says: a number of steps, a string like
    "2 epochs" or "10 per decade", or an object whose `following(step)` returns the next step;
    or as a method `following(step)` of the listener itself says.
    """


@_event("one")
def should_stop(layer, clock, weights):
    """Return a reason to end the run, or None; heard as `step_finished`. The first reason wins."""


@_event("notify")
def epoch_finished(clock):
    """An epoch is done."""


@_event("collect")
def diagnose(layer, clock):
    """Return in one sentence what looks wrong with a layer at the end; None where all is well.

    Asked of every layer that was trained. `Run.notices` has the sentences.
    """


@_event("notify")
def run_finished(clock, store, outcome):
    """The run is over; emitted always, also after an error, with the outcome in a sentence."""


# -- afterwards --------------------------------------------------------------------------------


@_event("collect")
def cite():
    """Return the BibTeX entry of what the component implements, or its key in `references.bib`."""


@_event("collect")
def report(run):
    """Return a heading and a text, both strings, for the report of a finished `Run`."""
