"""When what was recorded is committed, and when the state of the run is written."""

from math import inf
from time import perf_counter

from plasticity.experiment.storage import Storage

_FIRST_S = 5.0
_SHARE = 0.01  # of the time, at most


class CommitSchedule:
    """Tells the loop after which steps to commit, and when the whole state with it.

    By time, the first checkpoint comes after 5 s, the next after 10 s more, and so on up to the
    time in the storage; but none before a hundred times what the last one took. Without a storage
    nothing is ever due: a run in memory commits nothing on the way.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._every_steps = storage.checkpoint_steps if storage else None
        self._most_s = storage.checkpoint_seconds if storage else inf
        self._commit_s = storage.commit_seconds if storage else inf
        self._wait_s = _FIRST_S if self._most_s < inf else inf
        # `at_step` is the next step after which a checkpoint is due by the number of steps.
        self.at_step = self._checkpoint_at = self._at_time = inf
        self.took(0.0)
        self.begin(0, whole=False)

    def start(self, step: int) -> None:
        """Begin to count at a step."""
        if self._every_steps:
            self.at_step = (step // self._every_steps + 1) * self._every_steps

    def due(self, step: int) -> bool:
        """Return whether a commit is due after this step."""
        return step >= self.at_step or perf_counter() >= self._at_time

    def wants_checkpoint(self, step: int) -> bool:
        """Return whether the whole state is due after this step, not only what was recorded."""
        return step >= self.at_step or perf_counter() >= self._checkpoint_at

    def begin(self, step: int, whole: bool) -> None:
        """Note that a commit has begun; call `took` once a `whole` state has been written."""
        if whole:
            self._checkpoint_at = inf
            self.start(step)
        self._at_time = min(perf_counter() + self._commit_s, self._checkpoint_at)

    def took(self, seconds: float) -> None:
        """Note that a state has been written, and how long the run and the writer took for it."""
        wait = max(min(self._wait_s, self._most_s), seconds / _SHARE)
        self._wait_s *= 2
        self._checkpoint_at = perf_counter() + wait
        self._at_time = min(self._at_time, self._checkpoint_at)
