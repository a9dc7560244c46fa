"""One run in progress: the store that records it, when its state is kept, and its notices."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from plasticity.components.clock import Clock
from plasticity.errors import DivergenceError, PlasticityError
from plasticity.network.dispatch import collect, emit
from plasticity.network.snapshot import not_finite
from plasticity.network.state import LayerState
from plasticity.simulation.evaluation import Evaluation
from plasticity.simulation.interrupt import Interrupt
from plasticity.simulation.plan import Plans
from plasticity.store.commit_schedule import CommitSchedule
from plasticity.store.resuming import ENDED, way_back
from plasticity.store.writer import StoreWriter

logger = logging.getLogger("plasticity")
notices = logging.getLogger("plasticity.notices")

# Steps between two looks whether all is finite: of 100 neurons on 784 inputs 9 us in 10 ms.
_UNSEEN = 50


class Session:
    """One run in progress; made by `run` and `resume` of a `Simulation`, trained by `loop.run`."""

    def __init__(
        self, plans: Plans, evaluation: Evaluation, interrupt: Interrupt, store: StoreWriter
    ) -> None:
        self.experiment, self.network, self.plans = plans.experiment, plans.network, plans
        self.evaluation, self.interrupt, self.store = evaluation, interrupt, store
        self.outcome = "failed"  # how the run ends, in a sentence
        self.commits = CommitSchedule(self.experiment.storage if store.target else None)
        before = store.attributes
        self._diagnosed: list[str] = before.get("diagnosed", [])  # until diagnosed anew
        self._earlier: list[str] = before.get("notices", [])
        self._notices: list[str] = []
        self._finite_at = {layer.name: layer.clock.step for layer in self.network.layers}

    @property
    def clock(self) -> Clock:
        """The clock of the layer that was trained last."""
        layers = self.network.layers
        return next((layer for layer in reversed(layers) if layer.clock.step), layers[0]).clock

    @property
    def reached(self) -> int:
        """Steps that the run has done in all, of one layer after the other."""
        layers = self.network.layers
        if self.experiment.training == "together":
            return layers[0].clock.step
        return sum(layer.clock.step for layer in layers)

    def notice(self, text: str) -> None:
        """Warn in a sentence of what looks wrong, once: in the log and in `Run.notices`."""
        if text in self._notices:
            return
        self._notices.append(text)
        notices.warning("%s", text)
        self._label()

    def _label(self, **attributes: Any) -> None:
        texts = list(dict.fromkeys([*self._earlier, *self._notices]))
        self.store.label({"notices": texts, **attributes})

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Keep in the store, whatever ends the block, what was recorded within, and the outcome."""
        self.plans.fusion.refresh()
        try:
            yield
        except KeyboardInterrupt:
            self.outcome = "interrupted"
            self._diagnose()
            raise
        except Exception as error:
            diverged = isinstance(error, DivergenceError)
            self.store.label({"diverged": self.clock.step if diverged else None})
            if diverged:
                error.args = (f"{error}{way_back(self.store)}",)
            self.outcome = f"failed: {error}"
            raise
        finally:
            try:
                if not self.outcome.startswith(ENDED):
                    self._write_state()
            finally:
                self._close()

    def explain(self) -> bool:
        """Say how each layer steps and what is odd in the data; return whether any is compiled."""
        fusion, layers = self.plans.fusion, self.network.layers
        compiled = [layer.name for layer in layers if fusion.reason_against(layer) is None]
        self._label(compiled=compiled)
        for layer in layers:
            line = fusion.explain(layer)
            if self.experiment.fuse == "always" and layer.name not in compiled:
                self.notice(f'fuse = "always", but {line}')
            else:
                logger.info(line)
        doubt = self.network.data.doubt()
        if doubt is not None:
            self.notice(doubt)
        return bool(compiled)

    def complete(self, stage: list[LayerState], outcome: str) -> None:
        """Diagnose the layers and write the whole state, once the last stage has been trained."""
        self.check_finite()
        self._diagnose()
        # In the same commit as the last checkpoint, so that nobody finds one without the others.
        self._write_state()
        self.store.label({"outcome": outcome})
        self.commit(stage[0].clock, whole=True)
        self.outcome = outcome

    def _diagnose(self) -> None:
        """Take note of what looks wrong at the end; a diagnostic that fails loses nothing."""
        self._earlier = [text for text in self._earlier if text not in self._diagnosed]
        texts: list[str] = []
        for layer in self.network.layers:
            for call in self.network.caller(layer, {})("diagnose") if layer.clock.step else ():
                try:
                    texts += collect([call], layer.clock)
                except PlasticityError as error:
                    texts.append(str(error))
        for text in texts:
            self.notice(text)
        if texts or self._diagnosed:
            self._label(diagnosed=texts)

    def _write_state(self) -> None:
        for layer in self.network.layers:
            self.store.write_state(self.network.view(layer))
        self.store.write_state(self.network.view(self.network.whole), "encoders")

    def _close(self) -> None:
        layers = self.network.layers
        try:
            self.network.notify("run_finished", layers[0].clock, outcome=self.outcome)
        finally:
            self.store.close(self.outcome, self.reached, layers[-1].clock)

    def end_epoch(self, clock: Clock) -> None:
        """Emit the end of an epoch, and check that all is finite unless that was just seen."""
        self.network.notify("epoch_finished", clock)
        trained = next(layer for layer in self.network.layers if layer.clock is clock)
        if clock.step - self._finite_at[trained.name] >= _UNSEEN:
            self.check_finite()

    def check_finite(self) -> None:
        for layer, name in not_finite(self.network.layers):
            raise DivergenceError(
                f"{layer.name}: {name!r} holds infinity or NaN after step {layer.clock.step} (not "
                f"looked at since step {self._finite_at[layer.name]}); lower the learning rate, or "
                "bound the weights"
            )
        self._finite_at = {layer.name: layer.clock.step for layer in self.network.layers}

    def measure(self, stage: list[LayerState]) -> None:
        network = self.network
        if not any(network.hooks(layer, "measure") for layer in network.layers):
            return
        for layer in stage:
            values = self.evaluation.measurements(layer)
            described = self.evaluation.descriptions(layer)
            self.store.append_measurements(network.view(layer), values, described)
            emit(network.caller(layer, {"measurements": values})("measured"), layer.clock)

    def commit(self, clock: Clock, whole: bool = False) -> None:
        """Let the store commit what was recorded, with the whole state where due or `whole`."""
        whole = whole or self.commits.wants_checkpoint(clock.step)
        if whole:
            self.check_finite()
        if self.store.target is None:
            return
        self.commits.begin(clock.step, whole)
        if whole:
            begun = perf_counter()
            variables = {state.name: state.variables for state in self.network.states}
            snapshot = self.network.snapshot()
            own = perf_counter() - begun

            def took(seconds: float) -> None:
                self.commits.took(own + seconds)

            self.store.write_checkpoint(snapshot, variables, self.reached, clock, took)
        else:
            self.store.commit(self.reached, clock)
