"""How a run that goes to a store is kept."""

from __future__ import annotations

from typing import Any

import attrs

from plasticity.experiment.fields import checked, integer, one_of
from plasticity.experiment.quantities import bytes_of, seconds_of

NEVER = "never"


def _how_often(value: Any, place: str) -> None:
    if isinstance(value, str) and value != NEVER:
        seconds_of(value, place)
    elif value != NEVER:
        integer(1)(value, place)


@attrs.frozen(kw_only=True)
class Storage:
    """How a run that goes to a store is kept; changes no result.

    checkpoint   how often the whole state is kept, so that a run can go on from there: a duration
                 ("10 min"), up to which the time between two grows from 5 s on while it takes no
                 more than 1 % of the run; a number of steps; or "never". It is always kept at the
                 end
    kept         how many checkpoints stay
    commit       how often what was recorded becomes readable and survives a power cut
    patience     how long a server may be away; then the run ends, and can be resumed
    buffer       memory for frames that are not written yet
    compression  "zstd", which gives way to less where frames come too fast for it; "lz4"; "none"
    """

    checkpoint: Any = checked(_how_often, "10 min")
    kept: int = checked(integer(1), 2)
    commit: str = checked(seconds_of, "10 s")
    patience: str = checked(seconds_of, "60 s")
    buffer: str = checked(bytes_of, "64 MB")
    compression: str = checked(one_of("zstd", "lz4", "none"), "zstd")

    @property
    def checkpoint_steps(self) -> int | None:
        """Steps between two checkpoints, where they are counted in steps."""
        return self.checkpoint if isinstance(self.checkpoint, int) else None

    @property
    def checkpoint_seconds(self) -> float:
        """Seconds between two checkpoints; infinite where they are not counted in time."""
        timed = isinstance(self.checkpoint, str) and self.checkpoint != NEVER
        return seconds_of(self.checkpoint) if timed else float("inf")

    @property
    def commit_seconds(self) -> float:
        return seconds_of(self.commit)

    @property
    def patience_seconds(self) -> float:
        return seconds_of(self.patience)

    @property
    def buffer_bytes(self) -> int:
        return bytes_of(self.buffer)
