"""The text of compiled steps of a layer, put together from the kernels of its components.

Neurons and samples are cut into fixed numbers of parts, given by the lengths of `peaks` and of
`decays`. A thread takes a part through as many stages as it can, some neurons at a time while they
are in its cache; a stage that needs all neurons of a sample (lateral connections, competition) or
all weights (the largest update) ends the region. The cut does not depend on the number of threads
or of cores, and sums run in a fixed order, so neither changes a bit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from plasticity.kernels.templates import template


@attrs.define
class StepText:
    """Collects the pieces of a step; `text` puts them together.

    Every piece is a line of Python in which arrays have their usual names, `i` is a neuron, `b` a
    sample and `j` an input. Names of functions and parameters are chosen by the caller.
    """

    arguments: list[str] = attrs.field(factory=list)
    gather: list[str] = attrs.field(factory=list)  # draws sample b, number `place`, step `now`
    effective: str = ""  # effective weight from w
    solve: list[str] = attrs.field(factory=list)  # lateral connections
    together: list[str] = attrs.field(factory=list)  # an activation of all neurons of a sample
    sigma: str = ""
    slope: str = ""
    observe: list[str] = attrs.field(factory=list)  # of y, what the threshold averages
    estimate: list[str] = attrs.field(factory=list)
    phi: list[str] = attrs.field(factory=list)  # lines that add to `phi` (and `d`)
    decays: bool = False
    compete: list[str] = attrs.field(factory=list)
    shape: list[str] = attrs.field(factory=list)  # before the peak is known
    shape_after: list[str] = attrs.field(factory=list)
    peak: bool = False
    rate: str = ""  # the schedule's factor, from step, epoch, n_step_in_all and n_epoch
    coefficients: list[str] = attrs.field(factory=list)  # of rules on a schedule, each step anew
    before: str = ""
    move: list[str] = attrs.field(factory=list)
    bound: list[str] = attrs.field(factory=list)
    rows: list[str] = attrs.field(factory=list)
    still: bool = False
    cut: bool = True  # into several parts
    parallel: bool = True  # whether threads share the parts

    @property
    def factors(self) -> list[str]:
        """Lines that set what schedules let vary from step to step."""
        return [*([f"rate_factor = zero + {self.rate}"] if self.rate else []), *self.coefficients]

    @property
    def couple(self) -> list[str]:
        """What needs all neurons of a sample before the activity of each is known."""
        return [*self.solve, *self.together]

    @property
    def sparse(self) -> bool:
        """Whether phi is zero but for the few neurons that win a sample."""
        return bool(self.compete) and not self.phi

    def text(self) -> str:
        """The module whose `kernel` does `n_step` steps, the first of them number `step`."""
        regions = self._regions()
        stages = "\n\n".join(
            self._function(f"stage_{n}", kind, body)
            for n, (kind, body) in enumerate(regions)
            if kind != "peak"
        )
        calls = [
            ("peak[0] = peaks.max()" if self.cut else "peak[0] = peaks[0]")
            if kind == "peak"
            else self._call(f"stage_{n}", kind, body)
            for n, (kind, body) in enumerate(regions)
        ]
        return template("step").format(
            sums=self._sums(),
            stages=stages,
            arguments=", ".join(self.arguments),
            body=indented([*self.factors, *calls], 2),
        )

    def _sums(self) -> str:
        """The functions that add something up over the samples of a neuron.

        These only read, so they may sum in vectors: with nothing stored, no check of overlap
        decides at run time between two orders, so the order is fixed.
        """
        observed = "".join(
            template("observed").format(n=n, observe=observe)
            for n, observe in enumerate(self.observe)
        )
        if not self.decays:
            return observed
        return observed + template("faded").format(
            arguments=", ".join(self._seen()), body=indented(self._look(), 2)
        )

    def _look(self) -> list[str]:
        """phi of one neuron on one sample, and what it adds to d."""
        return ["u = current[i, b]", "y = activity[i, b]", "phi = zero", *self.phi]

    def _seen(self) -> list[str]:
        """The names that appear in this, of those that do not belong to the sample."""
        words = set(re.findall(r"\w+", " ".join(self._look())))
        known = ("i", "theta", *self.arguments, *self._locals())
        return [name for name in known if name in words]

    def _function(self, name: str, kind: str, body: list[str]) -> str:
        arguments = ", ".join(self._taken(kind, body))
        if kind == "rows":
            body = [*_BLOCKS, *("    " + line for line in body)]
        # A loop over one part would be one more function to compile for each stage.
        text = template("stage") + template("parts") if self.cut else template("stage")
        return text.format(
            name=name,
            arguments=arguments,
            size=_SIZES[kind],
            cut=_CUTS[kind],
            parallel="parallel=True, " if self.parallel else "",
            body=indented(body, 1),
        )

    def _call(self, name: str, kind: str, body: list[str]) -> str:
        given = [_AT_STEP.get(argument, argument) for argument in self._taken(kind, body)]
        if self.cut:
            return f"{name}({', '.join(given)})"
        return f"{name}_part(0, {_SIZES[kind]}, 0, {', '.join(given)})"

    def _taken(self, kind: str, body: list[str]) -> list[str]:
        """What a stage takes: each argument more costs time and memory when it is compiled."""
        frame = [_SIZES[kind], _CUTS[kind], *(_BLOCKS if kind == "rows" else [])]
        words = set(re.findall(r"\w+", "\n".join([*frame, *body])))
        return [name for name in (*self.arguments, *self._locals()) if name in words]

    def _locals(self) -> list[str]:
        """Numbers of a step that a stage can take beside the arguments."""
        return [*_LOCALS, *(line.partition(" = ")[0] for line in self.factors)]

    def _regions(self) -> list[tuple[str, list[str]]]:
        """The stages in order; neighbours over the same neurons become one."""
        found: list[tuple[str, list[str]]] = []

        def add(kind: str, body: list[str]) -> None:
            if not body:
                return
            if found and found[-1][0] == kind == "rows":
                found[-1][1].extend(body)
            else:
                found.append((kind, list(body)))

        if self.gather:
            inner = ["place, now = start + b, step", *self.gather]
            add("samples", _each("b", "first_row, last_row", inner))
        add("rows", self._respond())
        add("samples", self.couple)
        add("rows", self._activate())
        if self.compete:
            add("samples", [*self.compete, *_WEIGH_DECAYS])
        add("rows", self._accumulate())
        if self.peak:
            add("peak", ["pass"])
        add("rows", self._apply())
        return found

    def _respond(self) -> list[str]:
        weights = "effective" if self.effective else "weights"
        return [f"np.dot({weights}[first_row:last_row], x.T, current[first_row:last_row])"]

    def _activate(self) -> list[str]:
        inner = [f"y = {self.sigma}", "activity[i, b] = y"]
        inner += [f"slope[i, b] = {self.slope}"] if self.slope else []
        body = ["for b in range(n_sample):", "    u = current[i, b]"]
        body += ["    " + line for line in inner]
        body += [f"total_{n} = observed_{n}(activity, i)" for n in range(len(self.observe))]
        body += self.estimate
        body += ["d = zero"]
        if self.phi:
            body += _each("b", "n_sample", [*self._look(), "modulation[i, b] = phi"])
        elif self.compete:
            body += ["modulation[i, :] = zero"]
        if self.decays:
            # The d that the loop has added up is left out by the compiler.
            body += [f"decay[i] = faded({', '.join(self._seen())}) * share"]
        if self.compete:
            body += ["decays[:, i] = zero"]
        return ["for i in range(first_row, last_row):", *("    " + line for line in body)]

    def _accumulate(self) -> list[str]:
        """dW, and where its largest value is needed, what comes before that value."""
        lines = [_BEGIN_TOP] if self.peak else []
        if self.sparse:
            # Most neurons win no sample; the bits of their phi are looked at many at a time.
            lines += template("sparse").splitlines()
            lines += [] if self.still else _ZEROS
        else:
            lines += ["np.dot(modulation[first_row:last_row], x, update[first_row:last_row])"]
        if self.peak:
            lines += ["for i in range(first_row, last_row):"]
            lines += ["    " + line for line in self._decay() + self._skip()]
            lines += ["    for j in range(n_input):", "        w = weights[i, j]"]
            inner = [self._update_of_w(), *self.shape, "update[i, j] = dw"]
            lines += ["        " + line for line in inner]
            lines += ["    " + line for line in _TOP]
            lines += ["peak_bits[part] = top"]
        return lines

    def _apply(self) -> list[str]:
        lines = [self.before] if self.before else []
        body = [*([] if self.peak else self._decay()), *self._skip()]
        body += self.learn(self._update_of_w())
        return [*lines, *_each("i", "first_row, last_row", body)]

    def learn(self, update_of_w: str) -> list[str]:
        """Move the weights of neuron i, by a dW that is formed here unless the peak had to be."""
        inner = ["w = weights[i, j]"]
        if self.peak:
            inner += ["dw = update[i, j]", *self.shape_after]
        else:
            inner += [update_of_w, *self.shape]
        inner += [*self.move, *self.bound, "weights[i, j] = w"]
        effective = [f"effective[i, j] = {self.effective}"] if self.effective else []
        if not self.rows:
            return _each("j", "n_input", [*inner, *effective])
        again = _each("j", "n_input", ["w = weights[i, j]", *effective]) if effective else []
        return [*_each("j", "n_input", inner), *self.rows, *again]

    def _skip(self) -> list[str]:
        return ["if not touched[i]:", "    continue"] if self.sparse and self.still else []

    def _decay(self) -> list[str]:
        if self.compete:
            lines = ["d = decay[i]" if self.decays else "d = zero"]
            lines += ["for p in range(len(decays)):", "    d += decays[p, i]"]
            # A rule may let the weights of a neuron fade on which it adds no phi.
            if self.sparse:
                lines += ["if d != zero and not touched[i]:"]
                lines += ["    touched[i] = True", "    update[i, :] = zero"]
            return lines
        return ["d = decay[i]"] if self.decays else []

    def _update_of_w(self) -> str:
        decay = " - d * w" if self.decays or self.compete else ""
        return f"dw = update[i, j] * share{decay}"


# A NaN is never smaller than what was found, and once found it stays.
LARGEST = [
    "size = abs(dw)",
    "if size > largest or size != size:",
    "    largest = size",
]

# The largest |dw|, by the bits of the numbers: their order is that of the values, a NaN above all,
# and a maximum of integers is taken of many at a time.
_TOP = [
    "for j in range(n_input):",
    "    top = max(top, update_bits[i, j] & magnitude)",
]

_BEGIN_TOP = "top = peak_bits[part] if first_row > first_of_part else magnitude & 0"

# Some neurons at a time go through all of a stage.
_BLOCKS = [
    "first_of_part, end_of_part = first_row, last_row",
    "for first_row in range(first_of_part, end_of_part, n_row):",
    "    last_row = min(first_row + n_row, end_of_part)",
]

_SIZES = {"rows": "n_neuron", "samples": "n_sample"}
_CUTS = {"rows": "peaks", "samples": "decays"}  # an element, or a row, for each part
_LOCALS = ("n_neuron", "n_sample", "n_input", "zero", "share", "first")
# What a stage is given in place of an argument at a step that is not the first of the call.
_AT_STEP = {"start": "start + t * n_sample", "step": "now", "count": "count + t"}

GATHER = [
    "r = order[place]",
    "for j in range(samples.shape[1]):",
    "    x[b, j] = x.dtype.type(samples[r, j]) * scale",
]

# A part holds the mean over its own samples; the mean over all weighs it by their number.
_WEIGH_DECAYS = [
    "own = current.dtype.type(last_row - first_row) * share",
    "for i in range(n_neuron):",
    "    decays[part, i] *= own",
]

# Left out where nobody reads the update of a neuron that is not touched.
_ZEROS = [
    "    if not touched[i]:",
    "        update[i, :] = zero",
]


def _each(name: str, rows: str, lines: Iterable[str]) -> list[str]:
    return [f"for {name} in range({rows}):", *("    " + line for line in lines)]


def indented(lines: Iterable[str], depth: int) -> str:
    """Lines of Python as a block that stands this deep."""
    return "\n".join("    " * depth + line for line in lines)
