"""When what was recorded is committed, and when the state of the run is kept."""

from __future__ import annotations

from time import perf_counter

from plasticity.spec import Storage


class Keeper:
    """Tells the loop after which step something is to be kept.

    at_step   the next step after which a checkpoint is due by the number of steps

    A run in memory keeps nothing on the way: give no storage.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._every_steps = storage.checkpoint_steps if storage else None
        self._every_s = storage.checkpoint_seconds if storage else float("inf")
        self._commit_s = storage.commit_seconds if storage else float("inf")
        self.at_step = float("inf")
        self._checkpoint_at = self._at_time = float("inf")
        self.kept(0, whole=True)

    def start(self, step: int) -> None:
        """Begin to count at a step."""
        if self._every_steps:
            self.at_step = (step // self._every_steps + 1) * self._every_steps

    def due(self, step: int) -> bool:
        """Whether something is to be kept after this step."""
        return step >= self.at_step or perf_counter() >= self._at_time

    def wants_checkpoint(self, step: int) -> bool:
        """Whether the whole state is to be kept after this step, not only what was recorded."""
        return step >= self.at_step or perf_counter() >= self._checkpoint_at

    def kept(self, step: int, whole: bool) -> None:
        """Take note that it was done."""
        now = perf_counter()
        if whole:
            self._checkpoint_at = now + self._every_s
            self.start(step)
        self._at_time = min(now + self._commit_s, self._checkpoint_at)
