"""How a run that goes to a store is kept."""

from collections.abc import Callable
from typing import Any, Literal

import attrs

from plasticity.components.setting import WRONG, as_type
from plasticity.errors import EntryError
from plasticity.experiment.fields import entry, plain
from plasticity.experiment.quantities import bytes_of, seconds_of

NEVER = "never"


def _quantity(read: Callable[[str, str], float], default: str) -> Any:
    def check(value: Any, place: str) -> Any:
        read(value, place)
        return value

    return entry(check, default)


def _how_often(value: Any, place: str) -> Any:
    if isinstance(value, str) and value != NEVER:
        seconds_of(value, place)
    elif value != NEVER and (as_type(value, int) is WRONG or value < 1):
        raise EntryError(f"{place}: must be an integer from 1, got {value!r}")
    return value


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

    checkpoint: Any = entry(_how_often, "10 min")
    kept: int = plain(2, low=1)
    commit: str = _quantity(seconds_of, "10 s")
    patience: str = _quantity(seconds_of, "60 s")
    buffer: str = _quantity(bytes_of, "64 MB")
    compression: Literal["zstd", "lz4", "none"] = plain("zstd")

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
