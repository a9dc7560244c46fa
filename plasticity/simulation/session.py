"""One run in progress: a simulation, the store that records it, and when its state is kept."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING, Any

from plasticity.components.interface import interface_of
from plasticity.errors import DivergenceError, PlasticityError
from plasticity.machine.threads import one_thread_if_small
from plasticity.network.dispatch import collect, emit
from plasticity.network.snapshot import not_finite
from plasticity.simulation import loop
from plasticity.store.commit_schedule import Keeper
from plasticity.store.resuming import ENDED, way_back
from plasticity.store.writer import StoreWriter

if TYPE_CHECKING:
    from plasticity.components.clock import Clock
    from plasticity.network.state import LayerState
    from plasticity.simulation.simulation import Simulation

logger = logging.getLogger("plasticity")
notices = logging.getLogger("plasticity.notices")

# Steps between two looks whether all is finite: of 100 neurons on 784 inputs 9 us in 10 ms.
_UNSEEN = 50


class Session:
    """One run in progress; made and begun by `Simulation.run` and `Simulation.resume`.

    simulation  what is trained
    store       where the run is recorded
    keeper      tells when something is to be committed or the state to be kept
    """

    def __init__(self, simulation: Simulation, store: StoreWriter) -> None:
        self.simulation = simulation
        self.store = store
        self.keeper = Keeper(simulation.experiment.storage if store.target else None)
        told = store.attributes
        self._diagnosed: list[str] = told.get("diagnosed", [])  # before: until diagnosed anew
        self._earlier: list[str] = told.get("notices", [])
        self._notices: list[str] = []
        self._finite_at = {layer.name: layer.clock.step for layer in simulation.layers}

    @property
    def clock(self) -> Clock:
        """The clock of the layer that was trained last."""
        layers = self.simulation.layers
        return next((layer for layer in reversed(layers) if layer.clock.step), layers[0]).clock

    def notice(self, text: str) -> None:
        """Tell the user, in one plain sentence, of something that looks wrong; once each.

        It is logged at once, and kept as `Run.notices` from the next commit on.
        """
        if text in self._notices:
            return
        self._notices.append(text)
        notices.warning("%s", text)
        self._label()

    def _label(self, **attributes: Any) -> None:
        told = list(dict.fromkeys([*self._earlier, *self._notices]))
        self.store.label({"notices": told, **attributes})

    def record(self) -> None:
        """Train to the end, and keep in the store what was recorded, whatever happens."""
        simulation, outcome = self.simulation, "failed"
        simulation.fusion.refresh()
        resumed = simulation.layers[0].clock.step > 0
        try:
            reasons = {layer.name: simulation.explain_step(layer) for layer in simulation.layers}
            compiled = [name for name, reason in reasons.items() if reason is None]
            self._label(compiled=compiled)
            for line, reason in zip(simulation.stepping(), reasons.values(), strict=True):
                if simulation.experiment.fuse == "always" and reason is not None:
                    self.notice(f'fuse = "always", but {line}')
                else:
                    logger.info(line)
            doubt = simulation.data.doubt()
            if doubt is not None:
                self.notice(doubt)
            with one_thread_if_small(simulation.largest_product(), bool(compiled)):
                simulation.notify("run_started", simulation.layers[0].clock, resumed=resumed)
                outcome = self._train()
        except KeyboardInterrupt:
            outcome = "interrupted"
            self._diagnose()
            raise
        except DivergenceError as error:
            error.args = (f"{error}{way_back(self.store)}",)
            outcome = f"failed: {error}"
            raise
        except Exception as error:
            outcome = f"failed: {error}"
            raise
        finally:
            self._finish(outcome)

    def _train(self) -> str:
        """Train one stage after the other, and return the outcome."""
        simulation = self.simulation
        together = simulation.experiment.training == "together"
        layers = simulation.layers
        for stage in [layers] if together else [[layer] for layer in layers]:
            self.keeper.start(stage[0].clock.step)
            reason = loop.train(self, stage)
            if reason:
                break
        self.check_finite()
        self._diagnose()
        outcome = f"stopped: {reason}" if reason else "finished"
        # In the same commit as the last checkpoint, so that nobody finds one without the others.
        self._write_state()
        self.store.label({"outcome": outcome})
        self.keep(stage[0].clock, whole=True)
        return outcome

    def end_epoch(self, clock: Clock) -> None:
        """Emit the end of an epoch, and see that the weights are finite unless it was just seen.

        Raises `DivergenceError` where they are not.
        """
        self.simulation.notify("epoch_finished", clock)
        trained = next(layer for layer in self.simulation.layers if layer.clock is clock)
        if clock.step - self._finite_at[trained.name] >= _UNSEEN:
            self.check_finite()

    def check_finite(self) -> None:
        """Raise `DivergenceError` where weights or thresholds hold infinity or NaN."""
        layers = self.simulation.layers
        found = not_finite(layers)
        if found is not None:
            layer, name = found
            raise DivergenceError(
                f"{layer.name}: {name!r} holds infinity or NaN after step {layer.clock.step} (not "
                f"looked at since step {self._finite_at[layer.name]}); lower the learning rate, or "
                "bound the weights"
            )
        self._finite_at = {layer.name: layer.clock.step for layer in layers}

    def keep(self, clock: Clock, whole: bool = False) -> None:
        """Let the store commit what was recorded and, where due or `whole`, keep all the state.

        Raises `DivergenceError` in place of keeping a state that is not finite.
        """
        simulation = self.simulation
        states = (simulation.whole, *simulation.layers)
        whole = whole or self.keeper.wants_checkpoint(clock.step)
        if whole:
            self.check_finite()
        if self.store.target is None:
            return
        self.keeper.begin(clock.step, whole)
        if whole:
            begun = perf_counter()
            variables = {state.name: state.variables for state in states}
            snapshot = simulation.snapshot()
            own = perf_counter() - begun

            def took(seconds: float) -> None:
                self.keeper.took(own + seconds)

            self.store.write_checkpoint(snapshot, variables, self.reached, clock, took)
        else:
            self.store.commit(self.reached, clock)

    @property
    def reached(self) -> int:
        """Steps that the run has done in all, of one layer after the other."""
        layers = self.simulation.layers
        if self.simulation.experiment.training == "together":
            return layers[0].clock.step
        return sum(layer.clock.step for layer in layers)

    def measure(self, stage: list[LayerState]) -> None:
        """Let every metric measure the layers of a stage and pass the measurements on."""
        simulation = self.simulation
        metrics = [found.plugin for found in simulation.manager.hook.measure.get_hookimpls()]
        if not metrics:
            return
        described: dict[str, Any] = {}
        for metric in metrics:
            interface = interface_of(metric)
            for name, labels in interface.describes.items():
                described[name] = {**labels, "source": interface.label}
                if interface.every is not None:
                    described[name]["cadence"] = str(interface.every)
        for layer in stage:
            found = loop.measurements_of(simulation, layer)
            self.store.append_measurements(simulation.view(layer), found, described)
            call = simulation.caller(layer, {"measurements": found})
            emit(call("measured"), layer.clock)

    def _diagnose(self) -> None:
        """Take note of what looks wrong at the end; a diagnostic that fails loses nothing."""
        self._earlier = [text for text in self._earlier if text not in self._diagnosed]
        texts: list[str] = []
        for layer in self.simulation.layers:
            if layer.clock.step:
                for answer in self.simulation.caller(layer, {})("diagnose"):
                    try:
                        texts += collect([answer], layer.clock)
                    except PlasticityError as error:
                        texts.append(str(error))
        for text in texts:
            self.notice(text)
        if texts or self._diagnosed:
            self._label(diagnosed=texts)

    def _finish(self, outcome: str) -> None:
        try:
            if not outcome.startswith(ENDED):
                self._write_state()
        finally:
            self._end(outcome)

    def _write_state(self) -> None:
        for layer in self.simulation.layers:
            self.store.write_state(self.simulation.view(layer))
        self.store.write_state(self.simulation.view(self.simulation.whole), "encoders")

    def _end(self, outcome: str) -> None:
        layers = self.simulation.layers
        try:
            self.simulation.notify("run_finished", layers[0].clock, outcome=outcome)
        finally:
            self.store.close(outcome, self.reached, layers[-1].clock)
