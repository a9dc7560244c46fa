"""What listeners see of a layer: names and read-only arrays."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from plasticity.components.clock import Clock
from plasticity.components.events import FILLS, SHARED
from plasticity.components.interface import interface_of
from plasticity.components.notebook import titled
from plasticity.components.variable import Variable, dims_of
from plasticity.errors import ContractError, listed
from plasticity.expressions.evaluate import Labelled, evaluate
from plasticity.expressions.parse import Expression
from plasticity.network.state import DIAGNOSTICS, LayerState, of_batch
from plasticity.typing import Array


class LayerView:
    """A layer as listeners see it: names and read-only arrays.

    Beside its name it has its components in the order of the spec, its clock, the shape of an input
    as an image, and `answers`, from an event to the labels of the components that answer it.
    """

    def __init__(
        self,
        state: LayerState,
        answers: Mapping[str, tuple[str, ...]],
        respond: Callable[[int | None], Array],
    ) -> None:
        self.name = state.name
        self.components: tuple[Any, ...] = tuple(state.components.values())
        self.clock: Clock = state.clock
        self.image_shape = state.image_shape
        self.answers, self._state, self._respond = answers, state, respond
        self._labels: dict[str, tuple[str, tuple[str, ...]]] = {}

    def __repr__(self) -> str:
        sizes = self._state.sizes
        summary = f"{sizes['neuron']} neurons, {sizes['input']} inputs, step {self.clock.step}"
        return f"<LayerView of {self.name}: {summary}>"

    def _repr_html_(self) -> str:
        rows = []
        for name in sorted(self.names):
            array, variable = self.array(name), self.declaration(name)
            dims, shape = (", ".join(map(str, each)) for each in (variable.dims, array.shape))
            rows.append((name, dims, shape, array.dtype, variable.description))
        columns = ("array", "dimensions", "shape", "type", "meaning")
        return titled(repr(self)[1:-1], columns, rows)

    def responses(self, at_most: int | None = None) -> Array:
        """Return the activity (neuron, sample) on the evaluation samples, or some of them."""
        return self._respond(at_most)

    @property
    def variables(self) -> dict[str, Variable]:
        """The declaration of each array that outlives a step, but for those of diagnostics."""
        declared = self._state.variables.items()
        return {name: variable for name, variable in declared if not name.startswith(DIAGNOSTICS)}

    @property
    def names(self) -> frozenset[str]:
        """The names of the arrays that `array` gives: those that something fills."""
        missing = self._state.not_materialised
        return self._filled - missing if missing else self._filled

    @cached_property
    def _filled(self) -> frozenset[str]:
        passing = {name for name, (variable, _) in SHARED.items() if of_batch(variable)}
        return frozenset(self.variables) | (passing - ({"slope"} - self._state.used))

    @property
    def initial(self) -> frozenset[str]:
        """The names of the arrays that hold something before the first step."""
        return frozenset(self._state.checkpointed) - set(FILLS.values()) | {"weights"}

    def array(self, name: str, batch: int | None = None) -> Array:
        """Return a read-only view of an array by name; of the last batch where it has samples.

        Raises `ContractError` where there is none of that name, or where the step is compiled and
        does not keep it.
        """
        if name in self._state.not_materialised:
            raise ContractError(
                f"{self.name}: a compiled step does not keep {name!r}; name it in an attribute "
                'looks_at of the listener, or give the experiment fuse = "never"'
            )
        if name in self._state.arrays:
            return read_only(self._state.arrays[name])
        if name not in self.names:
            raise ContractError(f"{self.name} has no array {name!r} (it has {listed(self.names)})")
        return read_only(self._state.batch_array(name, batch or self.clock.batch))

    def evaluate(self, expression: Expression) -> Labelled:
        """Return the value of a formula of the arrays as they are now."""
        return evaluate(expression, {n: self.labelled(n) for n in self.used_by(expression)})

    def labelled(self, name: str) -> Labelled:
        """Return an array with the names of its dimensions, also by the end of a private name."""
        if name not in self._labels:
            full = self.full_name(name)
            self._labels[name] = full, dims_of(name, self.declaration(full))
        full, dims = self._labels[name]
        return Labelled(self.array(full), dims)

    def used_by(self, expression: Expression) -> tuple[str, ...]:
        """Return the arrays that a formula uses; raise `ExpressionError` where one is unknown."""
        short = (name.rpartition(".")[2] for name in self.names)
        expression.check_names({*self.names, *short})
        return expression.names

    def full_name(self, name: str) -> str:
        """Return the name of an array of which only the end may have been given."""
        if name in self.names:
            return name
        ending = [known for known in self.names if known.rpartition(".")[2] == name]
        if len(ending) > 1:
            way = f"give the whole name, one of {listed(ending)}"
            raise ContractError(f"{self.name}: several arrays are called {name!r}; {way}")
        return ending[0] if ending else name

    def filled_by(self, name: str) -> str:
        """Return the labels of the components that fill an array; empty where the loop does."""
        place = name.rpartition(".")[0]
        if place in self._state.components:
            return interface_of(self._state.components[place]).label
        if name in SHARED:
            event = next((by for by, filled in FILLS.items() if filled == name), SHARED[name][1])
            return ", ".join(self.answers.get(event, ()))
        for _, component, variable in self._state.declared():
            if variable.intent == "out" and variable.name == name:
                return interface_of(component).label
        return ""

    def declaration(self, name: str) -> Variable:
        return self._state.variables.get(name) or SHARED[name][0]


def read_only(array: Array) -> Array:
    """Return a view of an array through which it cannot be changed."""
    view = array.view()
    view.flags.writeable = False
    return view
