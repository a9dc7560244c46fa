"""A learning rate that falls as one over time."""

from __future__ import annotations

from plasticity import Clock, Kernel, component, hookimpl, setting


def _factor(step, epoch, n_step, n_epoch, decay):  # type: ignore[no-untyped-def]  # compiled
    return 1 / (1 + decay * step)


@component(source="robbins1951stochastic")
class InverseTime:
    """Factor on the learning rate that falls as one over the number of steps.

        f = 1 / (1 + decay n)

    n counts the steps done before this one, also those of phases that learn nothing.

    The published code of Squadrani et al. multiplies the rate itself by this factor at each update,
    so that the factors compound: at decay = 0.01 the rate is 1e-17 of the first after 100 updates,
    where 1 / (1 + decay n) is 1/2. That is taken for a slip and not followed.

    Source: Robbins & Monro, Annals of Mathematical Statistics 22 (1951) 400, whose rates fall so.

    >>> from plasticity import Clock
    >>> InverseTime(decay=0.01).schedule_rate(Clock(10, 20, step=100))
    0.5
    """

    decay: float = setting(
        default=0.01, low=0, unit="1/step", doc="how fast the rate falls", because="it would rise"
    )

    kernels = (Kernel("schedule_rate", _factor, parameters=lambda self, batch: (self.decay,)),)

    @hookimpl
    def schedule_rate(self, clock: Clock) -> float:
        return 1 / (1 + self.decay * clock.step)
