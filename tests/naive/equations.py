"""The slow, obvious twin of a rule given as text: Python's own value of it for each synapse."""

import math

from tests.naive.rules import doubles, mean_over_samples

# Written by Python itself, for texts that a test has made up: never for texts of others.
KNOWN = {
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "maximum": max,
    "minimum": min,
    "sign": lambda value: (value > 0) - (value < 0),
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "where": lambda condition, one, other: one if condition else other,
}


def naive_equation(text, weights, x, activity, current, slope, threshold, **constants):
    """< f > with f the value of the text for one sample, one neuron and one input."""
    arrays = doubles(weights, x, activity, current, slope, threshold)
    weights, x, activity, current, slope, threshold = arrays
    code = compile(text, "equation", "eval")

    def change(b, i, j):
        seen = {"w": weights[i, j], "x": x[b, j], "theta": threshold[i]}
        seen |= {"y": activity[i, b], "u": current[i, b], "slope": slope[i, b]}
        numbers = {name: float(value) for name, value in seen.items()}
        return eval(code, {**KNOWN, **numbers, **constants})

    return mean_over_samples(weights, x, change)
