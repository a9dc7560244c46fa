"""The checks find what does nothing, and what comes from outside the run."""

import random
import re
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from plasticity import Kernel, Rule, Variable, component, hookimpl, setting
from plasticity.errors import ContractError
from plasticity.testing import CHECKS, check_component


@component
class Added(Rule):
    """A rule that adds to a name."""

    @hookimpl
    def propose_update(self, x, activity, update):
        update = update + activity @ x / len(x)


@component
class Scaled(Rule):
    """A rule of which the modulation is a name as well."""

    @hookimpl
    def modulate(self, activity, modulation):
        modulation = modulation + activity


@component
class Clipped:
    """A constraint that clips into a name."""

    @hookimpl
    def constrain_weights(self, weights):
        weights = np.clip(weights, -1, 1)


@component
class Doubled:
    """An encoder that doubles a name."""

    @hookimpl
    def encode(self, x):
        x = x * 2


@component
class Unmoved:
    """An optimizer that returns the weights as they were."""

    @hookimpl
    def apply_update(self, weights, update):
        moved = weights + update
        assert moved is not weights
        return weights


@component
class Bound:
    """A constraint that acts on weights beyond 100 alone."""

    @hookimpl
    def constrain_weights(self, weights):
        np.clip(weights, -100, 100, out=weights)


@component
class Idle:
    """A constraint that is meant to do nothing."""

    idle_in: ClassVar = ("constrain_weights",)

    @hookimpl
    def constrain_weights(self, weights):
        """Leave the weights as they are."""


@pytest.mark.parametrize(
    ("part", "event", "name"),
    [
        (Added, "propose_update", "update"),
        (Scaled, "modulate", "decay"),
        (Clipped, "constrain_weights", "weights"),
        (Doubled, "encode", "x"),
        (Unmoved, "apply_update", "update"),
    ],
)
def test_a_component_that_changes_nothing_is_told_what_a_name_is(part, event, name):
    with pytest.raises(ContractError) as caught:
        check_component(part)
    assert str(caught.value) == (
        f"{part.label!r} fails check 'acts': {event} changes nothing: fill arrays in place "
        f"({name}[...] = value, or +=, *=), since {name} = value leaves the array as it is; check "
        "what is idle by its settings with others"
    )


@pytest.mark.parametrize("part", [Bound, Idle])
def test_a_component_that_acts_rarely_or_never_on_purpose_passes(part):
    check_component(part)


def counted(rate_factor, n_update, rate):
    """A rate that falls with the updates done."""
    return (rate / n_update,)


def moved(w, dw, pace):
    return w + pace * dw


@component
class Falling:
    """An optimizer whose rate falls with the number of its updates."""

    n = Variable((), dtype="int64", description="updates done")
    kernels = (
        Kernel(
            "apply_update", moved, before=counted, count="n", parameters=lambda self, batch: (0.1,)
        ),
    )

    @hookimpl
    def apply_update(self, weights, update):
        self.n += 1
        weights += 0.1 / int(self.n) * update
        return weights


@component
class Uncounted(Falling):
    """The same without naming what counts."""

    kernels = (
        Kernel("apply_update", moved, before=counted, parameters=lambda self, batch: (0.1,)),
    )


@component
class Miscounted(Falling):
    """The same, naming a setting."""

    done: int = setting(default=0, doc="no Variable")
    kernels = (Kernel("apply_update", moved, before=counted, count="done"),)


def test_a_kernel_gets_the_number_of_the_update_that_its_hook_counts():
    check_component(Falling)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (
            Uncounted,
            "`before` of its Kernel: counted() missing 1 required positional argument: 'rate'; it "
            "gets the rate factor, the number of an update if `count` names the Variable that "
            "counts them, and the parameters",
        ),
        (Miscounted, "its Kernel for apply_update names 'done', no Variable of it"),
    ],
)
def test_a_kernel_gets_no_number_of_updates_that_nobody_counts(part, told):
    with pytest.raises(ContractError) as caught:
        CHECKS["compiled"](part)
    assert str(caught.value) == f"{part.label!r} fails check 'compiled': {told}"


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda shape: np.random.random(shape), "np.random"),
        (lambda shape: np.random.default_rng().random(shape), "np.random.default_rng()"),
        (lambda shape: random.random(), "random"),
    ],
)
def test_random_numbers_of_the_process_are_named_as_the_cause(draw, told):
    @component
    class Noisy:
        """Encoder that draws from no Stream."""

        @hookimpl
        def encode(self, x):
            x += draw(x.shape)

    message = (
        "'noisy' fails check 'deterministic': two runs with the same seed differ in "
        f"layer_0.threshold, and it draws from {told!r}, which no seed decides; draw all random "
        "numbers from a Stream, and keep no state outside declared Variables"
    )
    with pytest.raises(ContractError, match=f"^{re.escape(message)}$"):
        CHECKS["deterministic"](Noisy)


def test_a_component_that_is_checked_leaves_no_file_behind(tmp_path, monkeypatch):
    @component
    class Log:
        """Listener that writes a file."""

        path: str = setting(default="log.txt", doc="where to")

        @hookimpl
        def step_finished(self, clock):
            Path(self.path).write_text(str(clock))

    monkeypatch.chdir(tmp_path)
    check_component(Log)
    assert list(tmp_path.iterdir()) == []


def test_what_writes_no_files_is_checked_without_a_folder_of_its_own(monkeypatch):
    monkeypatch.setattr("plasticity.testing.findings.TemporaryDirectory", None)
    CHECKS["fills"]("relu")
    with pytest.raises(ContractError, match="'NoneType' object is not callable"):
        CHECKS["fills"]("progress")
