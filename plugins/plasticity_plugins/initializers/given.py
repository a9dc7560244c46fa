"""Weights from samples, a file or another run."""

from pathlib import Path

import numpy as np

from plasticity import Inputs, Stream, component, hookimpl, open_run, setting
from plasticity.errors import SettingError, StoreError, listed, nearest
from plasticity.typing import Array


@component
class FromSamples:
    """Each neuron begins with a sample of its own as its weights.

        w_i = scale x_s(i)

    The s(i) are drawn at random, each sample as often as any other or once more: none is drawn
    twice while others are left. An upper layer gets what the layers below answer to the samples.
    """

    scale: float = setting(default=1.0, doc="factor on the sample")

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array, inputs: Inputs) -> None:
        n_neuron, n_sample = len(weights), inputs.n_sample
        rounds = [self.rng.permutation(n_sample) for _ in range(-(-n_neuron // n_sample))]
        np.multiply(inputs.take(np.concatenate(rounds)[:n_neuron]), self.scale, out=weights)


@component
class FromArray:
    """Weights from an npy file of an array (neuron, input).

    Raises `SettingError` where there is no such file, it holds something else than finite numbers,
    or an array of another shape. Nothing is unpickled. The path is kept in the spec, the numbers
    are not: the file decides what a repeated run begins with.
    """

    path: str | Path = setting(doc="npy file; a relative path starts at the working directory")

    @hookimpl
    def init_state(self, weights: Array) -> None:
        path = Path(self.path).expanduser().absolute()
        if not path.is_file():
            raise SettingError(
                f"from_array: {path}: there is no such file; a relative path starts at {Path.cwd()}"
            )
        try:
            with path.open("rb") as file:
                kept = np.lib.format.read_array(file, allow_pickle=False)
        except (ValueError, OSError) as error:
            raise SettingError(
                f"from_array: {path}: must be an npy file of one array of numbers, as np.save "
                f"writes it: {error}"
            ) from error
        _fill(weights, kept, f"from_array: {path}")


@component
class FromRun:
    """The weights with which a layer of another run ended, or those of its last checkpoint.

    Raises `SettingError` where there is no run in the store, it kept no weights yet, has no layer
    of that name, or one of another shape.
    """

    path: str | Path = setting(doc="where the store of the run is")
    layer: str | None = setting(
        default=None, doc="name of the layer in that run; its only one unless given"
    )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        try:
            run = open_run(self.path)
            state = run.state(self._index(run.layers))
            kept = state["weights"].values if "weights" in state else None
        except StoreError as error:
            raise SettingError(f"from_run: {error}") from error
        if kept is None:
            raise SettingError(
                f"from_run: {self.path}: no weights were kept yet, and the run is {run.outcome!r}"
            )
        _fill(weights, kept, f"from_run: {self.path}")

    def _index(self, layers: tuple[str, ...]) -> int:
        if self.layer is None and len(layers) == 1:
            return 0
        if self.layer is None:
            raise SettingError(
                f"from_run: {self.path}: holds the layers {listed(layers)}; say which, for example "
                f"layer = {layers[0]!r}"
            )
        if self.layer not in layers:
            raise SettingError(
                f"from_run: {self.path}: no layer {self.layer!r}{nearest(self.layer, layers)} (it "
                f"holds {listed(layers)})"
            )
        return layers.index(self.layer)


def _fill(weights: Array, kept: Array, where: str) -> None:
    if kept.shape != weights.shape:
        raise SettingError(
            f"{where}: holds an array of shape {kept.shape}, but the weights (neuron, input) have "
            f"shape {weights.shape}"
        )
    if kept.dtype.kind not in "fiub":
        raise SettingError(f"{where}: weights are real numbers, got values of type {kept.dtype}")
    with np.errstate(over="ignore"):
        weights[...] = kept
    broken = np.argwhere(~np.isfinite(weights))
    if len(broken):
        neuron, column = broken[0]
        raise SettingError(
            f"{where}: all weights must be finite, but that of neuron {neuron} and input {column} "
            f"is {kept[neuron, column]} (in {weights.dtype})"
        )
