"""The loop: a run trains stages, a stage its epochs, an epoch its steps; `step.py` has the step."""

from plasticity.components.clock import Clock
from plasticity.machine.threads import one_thread_if_small
from plasticity.network.dispatch import emit
from plasticity.network.state import LayerState
from plasticity.network.view import read_only
from plasticity.simulation.session import Session


def run(session: Session) -> None:
    """Train one stage after the other, and record it in the store of the session."""
    network, clock = session.network, session.network.layers[0].clock
    together = session.experiment.training == "together"
    resumed = clock.step > 0
    with session.recording():
        compiled = session.explain()
        sizes = [layer.sizes for layer in network.layers]
        products = (size["neuron"] * size["input"] * size["sample"] for size in sizes)
        with one_thread_if_small(max(products), compiled):
            network.notify("run_started", clock, resumed=resumed)
            for stage in [network.layers] if together else [[layer] for layer in network.layers]:
                reason = train(session, stage)
                if reason:
                    break
            session.complete(stage, f"stopped: {reason}" if reason else "finished")


def train(session: Session, stage: list[LayerState]) -> str | None:
    """Train the layers of a stage, from where they stand to the end; return a reason to stop."""
    clock = stage[0].clock
    session.commits.start(clock.step)
    while clock.step < clock.n_step:
        if clock.step % clock.steps_per_epoch == 0:
            for layer in stage:
                layer.clock.phase = session.experiment.phase_of(clock.epoch)
            session.network.notify("epoch_started", clock)
        reason = epoch(session, stage, clock)
        if clock.step % clock.steps_per_epoch == 0:
            session.end_epoch(clock)
        if session.interrupt.requested:
            session.commit(clock, whole=True)
            raise KeyboardInterrupt
        if reason:
            return reason
        if session.commits.due(clock.step):
            session.commit(clock)
    return None


def epoch(session: Session, stage: list[LayerState], clock: Clock) -> str | None:
    """Step to the end of the epoch; return a reason to stop, if a listener gives one.

    It also returns where a commit is due, and goes on when it is called again.
    """
    while True:
        plan = session.plans.next(stage)
        if clock.step == 0:
            for layer in stage:
                arrays = {name: read_only(array) for name, array in layer.arrays.items()}
                emit(session.network.caller(layer, arrays)("training_started"), layer.clock)
            plan.find_due(0)
        steps = plan.advance(clock, session.commits.at_step)
        for layer in stage:
            layer.clock.advance(steps)
        if plan.stretch is not None:
            plan.stretch.hand_over(clock)
        step = clock.step
        if step >= plan.measuring.next or step == clock.n_step:
            session.measure(stage)
            plan.find_due_again(step)
        if step >= plan.listening.next:
            reason = plan.notify_listeners(step)
            if reason:
                return reason
        ended = step % clock.steps_per_epoch == 0 or session.interrupt.requested
        if ended or session.commits.due(step):
            return None
