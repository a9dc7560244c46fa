"""The instar rule, whose weights become the mean of the inputs that drive the neuron."""

from plasticity import rule

GROSSBERG_1976 = """@article{grossberg1976,
  author = {Grossberg, Stephen},
  title = {Adaptive pattern classification and universal recoding: {I}},
  journal = {Biological Cybernetics},
  volume = {23},
  pages = {121--134},
  year = {1976}
}"""


@rule("instar", source=GROSSBERG_1976)
def instar(y):
    """Hebbian learning that forgets as fast as it learns.

        dw_ij = < y_i (x_j - w_ij) >

    For y >= 0 the weights go to < y_i x_j > / < y_i >, so they lie where the inputs lie.
    Source: Grossberg, Biological Cybernetics 23 (1976) 121; we take the mean of a batch.
    """
    return y, y
