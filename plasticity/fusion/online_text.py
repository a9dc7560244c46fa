"""The text of many steps of one sample each, put together from the kernels of a layer.

With one sample a step there is nothing to share between threads and nothing for a matrix multiply:
a neuron's current, threshold, rule and update follow each other while its weights are in the
nearest cache, and Python is not touched between two steps.
"""

from __future__ import annotations

import re

from plasticity.fusion.step_text import LARGEST, StepText, indented
from plasticity.kernels.templates import template


def online_text(step: StepText, converts: bool) -> str:
    """The module whose `kernel` does `n_step` steps, the first of them number `step`.

    converts   whether a sample cannot be used where it is stored, so that it is written into x
    """
    x = "x, 0" if converts else "samples, r"
    x_j = "x[0, j]" if converts else "samples[r, j]"
    body = ["place, now = start + t, step + t", "first = now == 0"]
    body += step.gather if converts else ["r = order[place]"]
    body += step.factors
    body += [step.before.replace("count", "count + t")] if step.before else []
    weights = "effective" if step.effective else "weights"
    respond = [f"u = dot({weights}, i, {x})"]
    if step.couple:
        body += [*_each_neuron([*respond, "current[i, 0] = u"]), *step.couple]
        respond = ["u = current[i, 0]"]
    respond += [*_activity(step), *_rules(step)]
    learn = [*_phi(step), *step.learn(_update(step, x_j))]
    if step.compete or step.peak:
        body += [*_each_neuron(respond), *step.compete]
        if step.peak:
            body += ["largest = zero", *_each_neuron(_measured_update(step, x_j))]
            body += ["peak[0] = largest"]
        body += _each_neuron(learn)
    else:
        body += _each_neuron([*respond, *learn])
    last = [] if converts else ["for j in range(n_input):", "    x[0, j] = samples[r, j]"]
    return template("online").format(
        dot=template("dot"),
        arguments=", ".join(step.arguments),
        body=indented(body, 2),
        last=indented(last, 1),
    )


def _each_neuron(lines: list[str]) -> list[str]:
    return ["for i in range(n_neuron):", *("    " + line for line in lines)]


def _activity(step: StepText) -> list[str]:
    lines = [f"y = {step.sigma}", *_left(step)]
    lines += [f"slope[i, 0] = {step.slope}"] if step.slope else []
    lines += [f"total_{n} = number({observe})" for n, observe in enumerate(step.observe)]
    return lines + _estimate(step.estimate)


def _left(step: StepText) -> list[str]:
    """What the step leaves for others to see: at once if a part of it looks, else at the end."""
    if step.couple or step.compete:
        return ["current[i, 0] = u", "activity[i, 0] = y"]
    # Stores into arrays that might overlap the weights have these read again; measured, 2 %.
    return ["if t == last:", "    current[i, 0] = u", "    activity[i, 0] = y"]


def _estimate(lines: list[str]) -> list[str]:
    """The threshold, with `first` a constant in each branch: measured, 8 % of a small step."""
    if not lines:
        return []
    call, *others = lines
    return [
        "if first:",
        "    " + re.sub(r"\bfirst\b", "True", call),
        "else:",
        "    " + re.sub(r"\bfirst\b", "False", call),
        *others,
    ]


def _rules(step: StepText) -> list[str]:
    first, *others = [*step.phi, ""]
    if first.startswith("phi += "):
        # 0 + phi is work to a compiler, for the sake of phi = -0.
        lines = ["phi = " + first.removeprefix("phi += "), "d = zero", *others]
    else:
        lines = ["phi = zero", "d = zero", first, *others]
    if step.compete or step.peak:
        return [*lines, "modulation[i, 0] = phi", "decay[i] = d", "decays[0, i] = zero"]
    return [*lines, "gain, fade = phi, d"]


def _phi(step: StepText) -> list[str]:
    """phi and d of a neuron, where other neurons had a say in them."""
    if not (step.compete or step.peak):
        return []
    lines = ["gain, fade = modulation[i, 0], decay[i] + decays[0, i]"]
    if step.sparse and step.still:
        lines += ["if gain == zero and fade == zero:", "    continue"]
    return lines


def _update(step: StepText, x_j: str) -> str:
    decay = " - fade * w" if step.decays or step.compete else ""
    return f"dw = gain * {x_j}{decay}"


def _measured_update(step: StepText, x_j: str) -> list[str]:
    inner = ["w = weights[i, j]", _update(step, x_j), *step.shape]
    inner += ["update[i, j] = dw", *LARGEST]
    return [*_phi(step), "for j in range(n_input):", *("    " + line for line in inner)]
