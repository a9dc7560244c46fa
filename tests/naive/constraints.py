"""Twins of the constraints."""

import numpy as np


def naive_row_norm(weights, norm, power, at_most):
    """Each row times norm / (sum |w|^p)^(1/p); with `at_most` only where that is larger."""
    rows = []
    for row in np.asarray(weights, np.float64):
        found = sum(abs(value) ** power for value in row) ** (1 / power)
        keep = found == 0 or (at_most and found <= norm)
        rows.append(row if keep else [value * norm / found for value in row])
    return np.array(rows)


def naive_masked(weights, mask):
    """w_ij where mask_ij is not 0, else 0."""
    return np.array(
        [
            [w if there else 0.0 for w, there in zip(*rows, strict=True)]
            for rows in zip(weights, mask, strict=True)
        ]
    )
