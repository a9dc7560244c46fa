"""Kernels: what an event does to one element, as functions that Numba can compile."""

from collections.abc import Callable
from typing import Any

import attrs

Numbers = tuple[float, ...]


@attrs.frozen
class Kernel:
    """The function of one element by which a component answers an event.

    A component lists its kernels in an attribute `kernels`. Compiled steps are made of them, and so
    is the hook of an event where none is written. The function is called for every element. After
    the arguments below come the numbers of `parameters`, in the floating point type of the layer.
    Constants in a function keep that type if they are written `np.float32(1)`.

        compute_current     w -> effective weight v,  u = sum_j v_ij x_j
        activate            u -> y
        schedule_rate       step, epoch, n_step, n_epoch -> factor
        differentiate       u, y -> slope
        estimate_threshold  theta, *state, *means of observe(y), first -> theta, *state
        shape_update        dw, w -> dw;  with `peak` dw, w, largest |dw| -> dw
        apply_update        w, dw, *state, *before -> w, *state
        constrain_weights   w, *state -> w, *state

    These get arrays and work in place:

        draw_batch          one sample of x (input,), step, place of the sample in the batch,
                            *arrays, parameters: fills the sample
        encode              the same: changes the sample
        shape_current       current (neuron, some of the samples)
        activate            with `together` current (neuron, some), parameters, activity (neuron,
                            some), which is overwritten
        modulate            current (neuron, some), parameters, modulation (neuron, some), decay
                            (neuron,): what the hook adds, for these samples
        constrain_weights   with `row`: the weights of one neuron

    event       the event that the component answers in this way
    function    the function, plain or compiled by Numba; None for compute_current: it is W x
    parameters  function of (component, batch) that gives further numbers; of shape_current also
                arrays. It is called with each epoch and phase, and after each call of a listener.
                batch is the number of samples, 0 in a hook made of a kernel that sees none
    state       names of the component's Variables of which each call gets and returns its element
    arrays      of draw_batch and encode: names of the component's arrays that each call gets whole
    observe     of estimate_threshold: y -> what is averaged over the samples; or several such
    before      of apply_update: rate_factor, *parameters -> numbers, once a step; with `count`
                rate_factor, number of this update from 1, *parameters
    count       name of the Variable that counts the updates, which the hook advances
    together    of activate: whether it needs all neurons of a sample
    peak        of shape_update: whether it needs the largest |dw| of the layer
    row         of constrain_weights: whether it needs the whole row
    ordered     of encode: whether the samples must come one after another; it is then part of steps
                of one sample only, and called before the compiled step where there are more
    still       whether a zero update leaves weights and state as they are
    """

    event: str
    function: Callable[..., Any] | None
    parameters: Callable[[Any, int], Numbers] = attrs.field(
        default=lambda component, batch: (), kw_only=True
    )
    state: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    arrays: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    observe: Callable[..., Any] | tuple[Callable[..., Any], ...] | None = attrs.field(
        default=None, kw_only=True
    )
    before: Callable[..., Any] | None = attrs.field(default=None, kw_only=True)
    count: str = attrs.field(default="", kw_only=True)
    together: bool = attrs.field(default=False, kw_only=True)
    peak: bool = attrs.field(default=False, kw_only=True)
    row: bool = attrs.field(default=False, kw_only=True)
    ordered: bool = attrs.field(default=False, kw_only=True)
    still: bool = attrs.field(default=False, kw_only=True)
