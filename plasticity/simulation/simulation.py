"""An assembled experiment, to be trained and to respond."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from plasticity.components.data import Data
from plasticity.errors import PlasticityError, StoreError
from plasticity.experiment.spec import Experiment
from plasticity.fusion.eligibility import Fusion
from plasticity.fusion.step import FusedStep
from plasticity.network.network import Network
from plasticity.network.state import LayerState
from plasticity.simulation import contracts, loop
from plasticity.simulation.evaluation import Evaluation
from plasticity.simulation.interrupt import Interrupt, watching
from plasticity.simulation.lengthening import other_factors
from plasticity.simulation.plan import Plans
from plasticity.simulation.session import Session
from plasticity.simulation.step import calls_of_a_step
from plasticity.store.reader import StoreReader
from plasticity.store.resuming import ENDED, check_same, last_snapshot
from plasticity.store.run import Run
from plasticity.store.writer import StoreWriter
from plasticity.typing import Array

logger = logging.getLogger("plasticity")


class Simulation:
    """An assembled experiment; made by `assemble`, trained by `run`.

    experiment  the spec
    data        the training data
    layers      the layers, from the input upwards
    network     the layers, who answers which event within each, and their whole state
    session     the run in progress, or the last one; None before the first
    """

    def __init__(self, experiment: Experiment, network: Network) -> None:
        self.experiment = experiment
        self.network = network
        self.data: Data = network.data
        self.layers = network.layers
        self.interrupt = Interrupt()
        self.session: Session | None = None
        self.fusion = Fusion(experiment, network)
        self.plans = Plans(experiment, network, self.fusion)
        self.evaluation = Evaluation(experiment, network)
        network.responses = self.evaluation.responses

    @property
    def store(self) -> StoreWriter | None:
        """The store that records the run; None before it has begun."""
        return None if self.session is None else self.session.store

    def register(self, listener: Any) -> None:
        """Add a listener, also in the middle of a run: it listens from the next step on.

        Raises what `assemble` raises, and `ContractError` where it declares arrays or streams.
        """
        shared = self.network.whole.components
        place = f"registered[{sum(name.startswith('registered') for name in shared)}]"
        contracts.check_late(listener, place, self.network)
        self.network.register(listener, place)

    def unregister(self, listener: Any) -> None:
        """Remove a listener, also in the middle of a run: it no longer listens to the next step."""
        self.network.unregister(listener)

    def run(
        self,
        out: str | Path | None = None,
        *,
        overwrite: bool = False,
        parent: Mapping[str, Any] | None = None,
    ) -> Run:
        """Train to the end of the experiment, or on from where the clocks stand.

        out        folder or URL of the store; without it the run is recorded in memory
        overwrite  whether a store that exists may be replaced
        parent     what the store is to say of the run from which this one branches

        Whatever ends the run, `run_finished` is emitted and all that was recorded is kept: the
        exception has it as `run`. Raises `StoreError` where `out` exists, `ComponentError` where a
        component raises, `DivergenceError` where weights or thresholds are no numbers, and
        `KeyboardInterrupt` after Ctrl-C, at the end of the step at hand.
        """
        with watching(self.interrupt):
            store = StoreWriter.create(
                out, self.experiment, self.data, overwrite=overwrite, parent=parent
            )
            return self._record(store)

    def resume(self, place: str | Path) -> Run:
        """Go on with the run of a store from its last checkpoint, as if it had never stopped.

        place   folder or URL of the store

        Raises `StoreError` where the store is of another experiment or other data; the length,
        the listeners, the metrics and the storage may be others.
        """
        with watching(self.interrupt):
            store = StoreWriter.reopen(place, self.experiment)
            try:
                notices = self._take_up(store)
            except BaseException:
                store.release()
                raise
            if notices is None:
                store.release()
                logger.info("%s: has run to its end; more epochs let it go on", place)
                return Run(StoreReader.open(place))
            return self._record(store, notices)

    def respond(self, samples: Array, layer: int | str = -1) -> Array:
        """Return the activity (neuron, sample) of a layer on samples (sample, input).

        Learns nothing and leaves the arrays of training alone. Encoders that draw random numbers
        are left out. A constant input is appended where the samples lack it.
        """
        return self.evaluation.respond(samples, layer)

    def stepping(self) -> list[str]:
        """Return a line for each layer: its step is compiled, or why it is not."""
        return [self.fusion.explain(layer) for layer in self.layers]

    def compiled_steps(self) -> Iterator[FusedStep]:
        """Yield the compiled steps with which the layers begin to train."""
        batch = min(self.experiment.batch_size, self.data.per_epoch)
        self.network.bind(batch)
        for layer in self.layers:
            layer.clock.phase = self.experiment.phase_of(0)
            for call in calls_of_a_step(self.network, self.fusion, [layer], batch):
                if isinstance(call.function, FusedStep):
                    yield call.function

    def explain_step(self, layer: LayerState) -> str | None:
        """Return why a layer steps through the plan, or None where its step is compiled."""
        return self.fusion.reason_against(layer)

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as copies: arrays, random streams and clocks."""
        return self.network.snapshot()

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to the state of a snapshot of the same experiment."""
        self.network.restore(snapshot)
        self.plans.clear()

    def _record(self, store: StoreWriter, notices: Iterable[str] = ()) -> Run:
        self.session = session = Session(self.plans, self.evaluation, self.interrupt, store)
        self.network.context["store"] = store
        for text in notices:
            session.notice(text)
        run = Run(store)
        try:
            loop.run(session)
        except KeyboardInterrupt as error:
            message = (
                f"interrupted at {session.clock}; the run until then is the attribute `run` "
                "of this exception (at the prompt sys.last_value.run)"
            )
            if store.target is not None and store.checkpoints:
                message += f", and plasticity.resume({str(store.target)!r}) goes on from there"
            # No class of its own: Python ends as by Ctrl-C after this very class alone.
            error.args = (message,)
            vars(error).update(run=run, signal=self.interrupt.number)
            raise
        except PlasticityError as error:
            error.run = run
            raise
        return run

    def _take_up(self, store: StoreWriter) -> list[str] | None:
        """Go to the last state of a store; return notices, or None if nothing is left to do."""
        stored = StoreReader.open(str(store.target))
        check_same(stored, self.experiment, self.data)
        step, snapshot = last_snapshot(stored)
        if snapshot is not None:
            self.restore(snapshot)
        clocks = [layer.clock for layer in self.layers]
        if any(clock.step > clock.n_step for clock in clocks):
            done = -(-clocks[0].step // clocks[0].steps_per_epoch)
            raise StoreError(
                f"{store.target}: epoch {done} has begun already; give epochs = {done}, or more"
            )
        at_end = all(clock.step >= clock.n_step for clock in clocks)
        if at_end and stored.attributes["outcome"].startswith(ENDED):
            return None
        if "compiled" in stored.attributes:
            self.fusion.follow(stored.attributes["compiled"])
        notices = list(other_factors(self.layers, stored.experiment().n_epoch))
        store.continue_from(step)
        return notices
