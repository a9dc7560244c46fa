"""Slow, obvious twins of the metrics: one neuron at a time, in float64, in the papers' words."""

import math
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np


def naive_selected(responses):
    """For each neuron the set of the samples to which it responds with more than its mean."""
    sets = []
    for row in responses:
        values = [Fraction(float(value)) for value in row]
        mean = sum(values) / len(values)
        sets.append({sample for sample, value in enumerate(values) if value > mean})
    return sets


def naive_overlap(responses):
    """|union A_i| / mean |A_i|; None where all A_i are empty."""
    sets = naive_selected(responses)
    total = sum(len(chosen) for chosen in sets)
    return len(set().union(*sets)) / (total / len(sets)) if total else None


def naive_norm(row, power=2):
    """(sum_j |w_j|^p)^(1/p)"""
    return math.fsum(abs(float(value)) ** power for value in row) ** (1 / power)


def naive_weight_change(before, after):
    """||after - before|| / ||before||, all weights in one row; None where they were all 0."""
    norm = naive_norm(np.ravel(before))
    moved = naive_norm(np.ravel(np.asarray(after, np.float64) - np.asarray(before, np.float64)))
    return moved / norm if norm else None


def naive_peakedness(row):
    """1 - mean / max; None where the largest is not above 0."""
    row = [float(y) for y in row]
    return 1 - math.fsum(row) / len(row) / max(row) if max(row) > 0 else None


def naive_activity_ratio(row):
    """mean(y)^2 / mean(y^2); None where all are 0."""
    row = [float(y) for y in row]
    square = math.fsum(y * y for y in row) / len(row)
    return (math.fsum(row) / len(row)) ** 2 / square if square else None


def naive_excess_kurtosis(row):
    """The fourth central moment over the second squared, less 3; None where all are alike."""
    row = [float(y) for y in row]
    if len(set(row)) == 1:
        return None
    mean = math.fsum(row) / len(row)
    second = math.fsum((y - mean) ** 2 for y in row) / len(row)
    return math.fsum((y - mean) ** 4 for y in row) / len(row) / second**2 - 3


def naive_patterns_by_count(responses):
    """The number of samples that exactly k neurons select, for each k."""
    sets = naive_selected(responses)
    selecting = [sum(x in chosen for chosen in sets) for x in range(responses.shape[1])]
    return [selecting.count(k) for k in range(len(sets) + 1)]


def naive_shared(responses):
    """|A and B| / |A or B| of each pair; NaN where one is empty."""
    sets = naive_selected(responses)
    return [[len(a & b) / len(a | b) if a and b else math.nan for b in sets] for a in sets]


def naive_redundancy(responses):
    """The mean of these over the other neurons, those that select nothing left out."""
    found = []
    for i, row in enumerate(naive_shared(responses)):
        others = [share for j, share in enumerate(row) if j != i and not math.isnan(share)]
        found.append(sum(others) / len(others) if others else math.nan)
    return found


def naive_purity(responses, labels):
    """The share of the most frequent label in what each neuron selects; NaN where that is empty."""
    found = []
    for chosen in naive_selected(responses):
        counts = Counter(labels[x] for x in chosen)
        found.append(counts.most_common(1)[0][1] / len(chosen) if chosen else math.nan)
    return found


def naive_grating(row, shape, angle, frequency, n_phase=360):
    """The largest response of one neuron to a grating over many phases; bars at `angle` degrees."""
    turned, best = math.radians(angle), 0.0
    for phase in np.arange(n_phase) * 2 * math.pi / n_phase:
        total = 0.0
        for (y, x), weight in np.ndenumerate(np.reshape(row, shape)):
            across = x * math.sin(turned) + y * math.cos(turned)
            total += float(weight) * math.cos(2 * math.pi * frequency * across + phase)
        best = max(best, total)
    return best


def naive_bandwidth(curve):
    """Degrees from the peak to half of it, the mean of both sides; None where it stays above."""
    peak, sides = int(np.argmax(curve)), []
    for way in (1, -1):
        for steps in range(1, len(curve)):
            before, after = (curve[(peak + way * k) % len(curve)] for k in (steps - 1, steps))
            if after <= curve[peak] / 2:
                sides.append(steps - 1 + (before - curve[peak] / 2) / (before - after))
                break
    return sum(sides) / 2 * 180 / len(curve) if len(sides) == 2 else None


def naive_entropy(row):
    """- sum p log2 p with p = |w| / sum |w|; None where all are 0."""
    total = math.fsum(abs(float(w)) for w in row)
    if total == 0:
        return None
    shares = [abs(float(w)) / total for w in row]
    return -math.fsum(p * math.log2(p) for p in shares if p > 0)


def naive_effective_rank(weights):
    """exp of the entropy of the singular values, which are roots of eigenvalues of W W^T."""
    weights = np.asarray(weights, np.float64)
    values = np.sqrt(np.maximum(np.linalg.eigvalsh(weights @ weights.T), 0))
    if values.sum() == 0:
        return None
    shares = [value / values.sum() for value in values if value > 0]
    return math.exp(-sum(p * math.log(p) for p in shares))


def naive_travelled(path):
    """For each neuron the way along a path of weights, and the distance between its ends."""
    n_neuron = len(path[0])
    ways = [
        sum(naive_norm(after[i] - before[i]) for before, after in pairwise(path))
        for i in range(n_neuron)
    ]
    return ways, [naive_norm(path[-1][i] - path[0][i]) for i in range(n_neuron)]


def naive_kept(thresholds, tolerance):
    """For each neuron whether all thresholds are close to the last, by numpy.allclose."""
    last = thresholds[-1]
    return [
        all(np.allclose(theta[i], last[i], atol=tolerance) for theta in thresholds)
        for i in range(len(last))
    ]
