"""What a component does in a run: fill, leave alone, act, add, repeat itself, go on."""

import warnings
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from plasticity.components.derived_hooks import HOOKS, KernelHooks, is_derived
from plasticity.components.events import FILLS
from plasticity.components.interface import interface_of
from plasticity.components.kernel import Kernel
from plasticity.errors import DataError, PlasticityError, SpecError, listed
from plasticity.network.snapshot import put_back
from plasticity.simulation.simulation import Simulation
from plasticity.testing.findings import (
    BrokenError,
    close,
    contract_check,
    require_finite,
    require_nothing_kept,
    require_result,
)
from plasticity.testing.plain import shared_draws, uncompiled
from plasticity.testing.stand_ins import Asking, Forgetful, Keeper
from plasticity.testing.trial import Size, try_out, under_test

# What an event may change.
CHANGES = {
    **{event: {array} for event, array in FILLS.items()},
    "apply_update": {"weights", "update"},
    "encode": {"x"},
    "shape_current": {"current"},
    "modulate": {"modulation", "decay"},
    "propose_update": {"update"},
    "shape_update": {"update"},
    "constrain_weights": {"weights"},
}
# These two go on from their old value, so it is not taken away from them.
_GOES_ON = ("estimate_threshold", "apply_update")
_WITHOUT_SAMPLES = ("schedule_rate", "shape_update", "apply_update", "constrain_weights")
_SMALL = {
    "one neuron": Size(neurons=1),
    "one input": Size(image=(1, 1)),
    "one sample a batch": Size(batch=1),
    "one neuron, one input, one sample": Size(neurons=1, image=(1, 1), samples=1, batch=1),
}
_ROUNDING = 1e-9  # compiled code may fuse a multiplication with an addition
_SINGLE = 1e-3  # float32 carries 7 digits, of which a few steps may lose some


@contract_check
def check_fills(component: Any) -> None:
    """Arrays it has to fill hold NaN before and numbers after; it returns what it filled.

    What it declares as `scratch` holds NaN before each step.
    """
    if interface_of(component).role == "initializer":
        try_out(component, prepare=_initialize_again)

    def around(own: Any, event: str, arrays: dict[str, Any], call: Callable[[], Any]) -> Any:
        name = FILLS.get(event)
        if name is not None and event not in _GOES_ON:
            arrays[name].fill(np.nan)
        result = call()
        require_result(event, arrays, result)
        return result

    def prepare(simulation: Simulation) -> None:
        forgetful.component = under_test(component, simulation)
        forgetful.step_finished()

    forgetful = Forgetful()
    trial = try_out(component, around=around, prepare=prepare, listeners=[forgetful])
    require_finite(trial, "after a run in which it began each step with NaN in its scratch arrays")


@contract_check
def check_leaves_alone(component: Any) -> None:
    """It changes only the arrays its events are there to change, keeps none, and looks on quietly.

    A metric or an observer that ends no run must not change the result of the run.
    """

    def around(own: Any, event: str, arrays: dict[str, Any], call: Callable[[], Any]) -> Any:
        declared = interface_of(own).variables
        mine = [getattr(own, array.name) for array in declared if array.intent != "in"]
        guarded = {
            name: (array, array.copy())
            for name, array in arrays.items()
            if isinstance(array, np.ndarray)
            and name not in CHANGES.get(event, ())
            and not any(np.shares_memory(array, other) for other in mine)
        }
        result = call()
        for name, (array, before) in guarded.items():
            if array.tobytes() != before.tobytes():
                raise BrokenError(f"{event} changes {name!r}, which it may only read")
        return result

    trial = try_out(component, around=around)
    require_nothing_kept(under_test(component, trial.simulation), trial.simulation)
    if interface_of(component).role in ("metric", "observer") and trial.outcome == "finished":
        without = try_out(Keeper())
        name = "layer_0.weights"
        if trial.arrays[name].tobytes() != without.arrays[name].tobytes():
            raise BrokenError("the weights of a run differ with and without it")


@contract_check
def check_acts(component: Any) -> None:
    """It changes something in each event that is there to change something.

    An event in which nothing changes is tried again on arrays that are large and of the other sign.
    Those that a class attribute `idle_in` names are meant to change nothing.
    """

    def around(own: Any, event: str, arrays: dict[str, Any], call: Callable[[], Any]) -> Any:
        idle = event not in CHANGES or event in interface_of(component).idle_in
        if idle or acts.get(event):
            return call()
        targets = [arrays[name] for name in sorted(CHANGES[event])]
        state = [getattr(own, variable.name) for variable in interface_of(own).variables]
        draws = [getattr(own, declared.name) for declared in interface_of(own).streams]

        def left() -> list[Any]:
            bits = [array.tobytes() for array in (*targets, *state)]
            return [*bits, *(str(generator.bit_generator.state) for generator in draws)]

        before, result = left(), call()
        acts[event] = left() != before
        if not acts[event]:
            with put_back([own]):
                kept = [array.copy() for array in targets]
                for array in targets:
                    array *= -1e3
                before = left()
                call()
                acts[event] = left() != before
                for array, values in zip(targets, kept, strict=True):
                    array[...] = values
        return result

    acts: dict[str, bool] = {}
    try_out(component, around=around)
    for event, changes in acts.items():
        if not changes:
            name = min(CHANGES[event])
            raise BrokenError(
                f"{event} changes nothing: fill arrays in place ({name}[...] = value, or +=, *=), "
                f"since {name} = value leaves the array as it is; check what is idle by its "
                "settings with others"
            )


@contract_check
def check_adds(component: Any) -> None:
    """A rule adds to what it is given, so that it can be part of a sum."""

    def around(own: Any, event: str, arrays: dict[str, Any], call: Callable[[], Any]) -> Any:
        if event not in ("modulate", "propose_update") or event in checked:
            return call()
        checked.add(event)
        before = {name: arrays[name].copy() for name in CHANGES[event]}
        left = []
        for start in (0, 1):
            for name in before:
                arrays[name].fill(start)
            with put_back([own]):
                call()
            left.append({name: arrays[name].copy() for name in before})
        for name, array in before.items():
            if not np.allclose(left[1][name] - 1, left[0][name], rtol=1e-6, atol=1e-9):
                raise BrokenError(
                    f"{event} must add to {name!r} (+=), but what other rules put there is lost"
                )
            arrays[name][...] = array
        return call()

    checked: set[str] = set()
    if interface_of(component).role == "rule":
        try_out(component, around=around)


@contract_check
def check_deterministic(component: Any) -> None:
    """Two runs with one seed leave the same bits; so does an encoder that says `once` each step."""

    def each_step(simulation: Simulation) -> None:
        under_test(component, simulation).once = False

    with shared_draws() as drawn:
        trial, again = try_out(component), try_out(component)
    if interface_of(component).once and trial.differs_from(try_out(component, prepare=each_step)):
        raise BrokenError(
            "it says `once`, but what it does to a sample before the first step is not what it "
            "does at a step"
        )
    difference = trial.differs_from(again)
    if difference or drawn:
        found = [f"two runs with the same seed differ in {difference}"] if difference else []
        found += [f"it draws from {listed(drawn)}, which no seed decides"] if drawn else []
        raise BrokenError(
            f"{', and '.join(found)}; draw all random numbers from a Stream, and keep no state "
            "outside declared Variables"
        )


@contract_check
def check_dtypes(component: Any) -> None:
    """float32 and float64 runs are finite and, where it draws no random numbers, close.

    A component that draws may draw other numbers in another type.
    """
    single, double = try_out(component, dtype="float32"), try_out(component, dtype="float64")
    for trial, dtype in ((single, "float32"), (double, "float64")):
        require_finite(trial, f"in {dtype}")
    if interface_of(component).streams:
        return
    for name in ("layer_0.weights", "layer_0.threshold"):
        if name in double.arrays and not close(single.arrays[name], double.arrays[name], _SINGLE):
            raise BrokenError(f"{name} of a run in float32 is far from that in float64")


@contract_check
def check_shapes(component: Any) -> None:
    """It works with one neuron, one input and one sample, or refuses before the first step.

    It may warn that there is little to see.
    """
    for name, size in _SMALL.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                trial = try_out(component, size)
        except (SpecError, DataError):
            continue
        except PlasticityError as error:
            raise BrokenError(f"with {name}: {error}") from error
        require_finite(trial, f"with {name}")


@contract_check
def check_kernels(component: Any) -> None:
    """Its compiled functions do what they do as plain Python, to rounding."""
    compiled = try_out(component)
    with uncompiled(component) as called:
        plain = try_out(component)
    for name, array in compiled.arrays.items():
        if not close(array, plain.arrays[name], _ROUNDING):
            functions = sorted({*called, *interface_of(component).kernels})
            raise BrokenError(
                f"{name} differs with {', '.join(functions)} as plain Python: what Numba "
                "compiles is not what is written"
            )


@contract_check
def check_compiled(component: Any) -> None:
    """Its Kernels, of which a compiled step is made, do what its hooks do, to rounding.

    They are called as plain Python, element by element, on the arrays of a short run of two phases.
    Where a hook follows from the Kernel there is nothing to compare.
    """
    interface = interface_of(component)
    if not interface.kernels:
        return
    for event, kernel in interface.kernels.items():
        if event not in HOOKS:
            raise BrokenError(f"it has a Kernel for {event}; a Kernel is for {listed(HOOKS)}")
        if event not in interface.events:
            raise BrokenError(f"it has a Kernel for {event}, but answers it with no hook")
        named = {*kernel.state, kernel.count} - {""}
        missing = named - {variable.name for variable in interface.variables}
        if missing:
            raise BrokenError(f"its Kernel for {event} names {listed(missing)}, no Variable of it")

    def around(own: Any, event: str, arrays: dict[str, Any], call: Callable[[], Any]) -> Any:
        kernel = interface.kernels.get(event)
        if kernel is None:
            return call()
        numbers = _numbers(kernel, own)
        if kernel.still:
            nothing = arrays | {"update": np.zeros_like(arrays["update"])}
            left = _left_by_kernel(kernel, own, nothing)
            if any(not np.array_equal(array, _named(name, own, nothing)) for name, array in left):
                raise BrokenError(
                    f"its Kernel for {event} is no `still` one: it acts on a zero update"
                )
        if is_derived(own, event):
            if event in _WITHOUT_SAMPLES and _numbers(kernel, own, 2) != numbers:
                raise BrokenError(
                    f"the parameters of its Kernel for {event} depend on the batch, which a hook "
                    "that follows from it does not know; write the hook"
                )
            return call()
        expected = _left_by_kernel(kernel, own, arrays)
        result = call()
        if _numbers(kernel, own) != numbers:
            raise BrokenError(
                f"its hook for {event} changes the parameters of its Kernel, which compiled steps "
                "ask for only between stretches; keep what changes in a Variable"
            )
        for name, array in expected:
            left = result if name == "rate factor" else _named(name, own, arrays)
            if not close(np.asarray(left), np.asarray(array), _ROUNDING):
                raise BrokenError(f"its Kernel for {event} leaves another {name} than its hook")
        return result

    with uncompiled(component):
        try_out(component, around=around)


def _left_by_kernel(kernel: Kernel, own: Any, known: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what the hook that follows from a Kernel leaves; the component is as it was before."""
    states = {each.name: getattr(own, each.name) for each in interface_of(own).variables}
    before, copies = deepcopy(states), known.copy()
    copies |= {name: array.copy() for name, array in known.items() if isinstance(array, np.ndarray)}
    taken = interface_of(KernelHooks).events[kernel.event]
    try:
        result = HOOKS[kernel.event](own, *(copies[name] for name in taken))
    except TypeError as error:
        if kernel.before is None:
            raise
        raise BrokenError(
            f"`before` of its Kernel: {error}; it gets the rate factor, the number of an "
            "update if `count` names the Variable that counts them, and the parameters"
        ) from error
    names = sorted(CHANGES[kernel.event])
    if kernel.event == "apply_update":
        names.remove("update")  # an optimizer may do with it as it likes
    left = [(name, copies[name]) for name in names]
    left += [(name, states[name].copy()) for name in kernel.state]
    for name, array in states.items():
        array[...] = before[name]
    return left if names else [("rate factor", result)]


def _named(name: str, own: Any, arrays: dict[str, Any]) -> Any:
    return arrays[name] if name in arrays else getattr(own, name)


@contract_check
def check_resumes(component: Any) -> None:
    """A run that goes on in a new simulation from a snapshot ends as if it had never stopped."""
    whole = try_out(component)
    middle = whole.simulation.layers[0].clock.step // 2
    if middle == 0:
        return
    resumed = try_out(component, after=try_out(component, halt=middle).snapshot)
    if difference := resumed.differs_from(whole):
        raise BrokenError(
            f"a run resumed after step {middle} differs in {difference}; declare all state as "
            "Variable, and random numbers as Stream"
        )


@contract_check
def check_measuring(component: Any) -> None:
    """A run of which somebody asks responses in the middle ends as one that nobody looked at.

    Not asked of metrics and observers, which look on themselves and may end a run for that.
    """
    if interface_of(component).role in ("metric", "observer"):
        return

    measured = try_out(component, prepare=lambda made: made.register(Asking(made)))
    if difference := try_out(component, measured=False).differs_from(measured):
        raise BrokenError(
            f"a run that is measured in the middle differs in {difference} from one that is not; "
            "declare all state that changes where neurons respond as Variable or Stream: it is "
            "put back when somebody has looked, and what else it keeps is not"
        )


def _numbers(kernel: Kernel, component: Any, batch: int = 1) -> str:
    values = kernel.parameters(component, batch)
    return repr([value for value in values if not isinstance(value, np.ndarray)])


def _initialize_again(simulation: Simulation) -> None:
    layer = simulation.layers[0]
    weights = layer.arrays["weights"]
    weights.fill(np.nan)
    inputs = simulation.evaluation.inputs(layer)
    known = {"weights": weights, "inputs": inputs, "image_shape": layer.image_shape}
    for answer in simulation.network.caller(layer, known)("init_state"):
        answer.function(*answer.arguments)
    if not np.all(np.isfinite(weights)):
        raise BrokenError("init_state leaves weights that are not finite")
