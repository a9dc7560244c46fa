"""Inputs that are filtered in time: each sample is a moment, in the order in which it is drawn."""

from typing import ClassVar

from plasticity import Variable, component, setting
from plasticity_plugins.drawn import exact
from plasticity_plugins.kernels import kernel


@exact
def filtered(x, step, sample, mean, share, high):  # type: ignore[no-untyped-def]  # compiled
    """Move the mean (input,) towards x (input,), which becomes the mean or what differs from it."""
    for j in range(len(x)):
        if step == 0 and sample == 0:
            mean[j] = x[j]
        difference = x[j] - mean[j]
        mean[j] += share * difference
        x[j] = difference if high else mean[j]


@component
class TimeFilter:
    """What filters in time share: the mean of the inputs with a fading memory.

        m_b = m_(b-1) + (x_b - m_(b-1)) / tau

    The samples follow each other as they are drawn, through batches, epochs and phases; m begins as
    the first of them. Data that are a sequence need `shuffle = false` in the experiment. Metrics
    see the inputs without the filter, since the samples they look at have no time.
    """

    tau: float = setting(
        default=10.0,
        low=1,
        unit="samples",
        doc="time constant",
        because="the mean would move beyond the sample",
    )

    mean = Variable(("input",), description="mean input m with a fading memory")

    high: ClassVar[bool]
    kernels = kernel(
        "encode", filtered, lambda self, batch: 1 / self.tau, "high", arrays=("mean",), ordered=True
    )


@component(source="foldiak1991learning")
class LowPass(TimeFilter):
    """Inputs that follow what is shown with a delay: an exponential low-pass in time.

        x_b <- m_b,   m_b = m_(b-1) + (x_b - m_(b-1)) / tau,   m_(-1) = x_0

    With tau = 1 the inputs stay as they are. Samples follow each other as they are drawn; see
    `shuffle` of the experiment. A `high_pass` after it makes a band-pass. Metrics see the inputs
    without it.

    Source: the trace of Foldiak, Neural Computation 3 (1991) 194, taken on the inputs.
    """

    high = False


@component(source="dong1995temporal")
class HighPass(TimeFilter):
    """Inputs that tell what is new: each less the mean of those before it.

        x_b <- x_b - m_(b-1),   m_b = m_(b-1) + (x_b - m_(b-1)) / tau,   m_(-1) = x_0

    With tau = 1 it is the difference of two successive samples. Samples follow each other as they
    are drawn; see `shuffle` of the experiment. Metrics see the inputs without it.

    Source: Dong & Atick, Network 6 (1995) 159, for the transient responses of the lateral
    geniculate nucleus, which decorrelate in time; the filter of first order is the simplest such.
    """

    high = True
