"""The time of a layer: step, epoch and phase."""

import attrs


@attrs.define
class Clock:
    """Where a layer's training stands; components read it, the loop moves it.

    step             steps done before this one, from 0
    epoch            epochs done before this one, from 0
    steps_per_epoch  batches of one pass through the data
    n_epoch          epochs that the layer is trained in all
    phase            name of the phase of this epoch
    rate_factor      the schedule's factor on the learning rate of this step
    batch            samples in the batch of this step

    >>> clock = Clock(steps_per_epoch=10, n_epoch=4)
    >>> clock.step = 20
    >>> clock.progress
    0.5
    """

    steps_per_epoch: int
    n_epoch: int
    step: int = 0
    epoch: int = 0
    phase: str = ""
    rate_factor: float = 1.0
    batch: int = 0

    @property
    def n_step(self) -> int:
        """Steps that the layer is trained in all."""
        return self.steps_per_epoch * self.n_epoch

    @property
    def progress(self) -> float:
        """The share of all steps that is done."""
        return self.step / self.n_step if self.n_step else 1.0

    def advance(self, steps: int = 1) -> None:
        """Count steps of one epoch and, if they end with its last, the epoch."""
        self.step += steps
        if self.step % self.steps_per_epoch == 0:
            self.epoch += 1

    def __str__(self) -> str:
        return f"step {self.step} (epoch {self.epoch})"
