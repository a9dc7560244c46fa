"""Named streams of random numbers."""

import numpy as np
import pytest

from plasticity.network.randomness import stream


def numbers(seed, name):
    return stream(seed, name).integers(2**32, size=4).tolist()


def test_a_seed_and_a_name_give_the_same_numbers_for_ever():
    # Written down once: a change would change the result of every published seed.
    assert numbers(42, "layer_0.initializer.rng") == [
        2726125609,
        1379767767,
        2102589153,
        2065703880,
    ]


@pytest.mark.parametrize("other", [(43, "a"), (42, "b"), (42, "A"), (42, "")])
def test_another_seed_or_name_gives_other_numbers(other):
    assert numbers(42, "a") != numbers(*other)


def test_streams_of_two_names_are_not_correlated():
    pair = [stream(1, name).normal(size=10_000) for name in ("a", "b")]
    # The correlation of independent samples has a standard deviation of 1 / sqrt(10,000).
    assert abs(np.corrcoef(pair)[0, 1]) < 4 / 100
