"""What a search of a space of settings is to find; a package registers what searches."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import attrs

from plasticity.errors import SpecError
from plasticity.experiment.registry import SEARCHES, entries
from plasticity.sweeps.axes import Axis, Range, grid, space_of

if TYPE_CHECKING:
    from plasticity.sweeps.sweep import Runner


@attrs.frozen
class Search:
    """The space and number of trials, and what makes one better than another."""

    space: dict[str, Any]  # as `space_of` takes it
    count: int
    objective: str
    smallest: bool = False
    prune: bool = False

    @property
    def ends(self) -> tuple[Axis, ...]:
        """An axis for each setting with the ends of its range, or all of its choices."""
        spaces = space_of(self.space).items()
        return grid({path: [s.low, s.high] if isinstance(s, Range) else s for path, s in spaces})

    def run(self, runner: Runner, engine: Executor, side_by_side: int) -> None:
        """Carry out the trials by what an installed package registers."""
        claims = next(iter(entries(SEARCHES).values()), None)
        if claims is None:
            raise SpecError("search: no installed package registers what searches")
        searches: Any = claims[0].load()
        searches(self, runner, engine, side_by_side)
