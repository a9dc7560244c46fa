"""An experiment as a transformer: what it has learnt responds to samples."""

from __future__ import annotations

import inspect
import signal
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import (
    check_is_fitted,
    check_random_state,
    validate_data,
)

from plasticity.components.data import Data
from plasticity.errors import DataError, PlasticityError
from plasticity.experiment.configure import configure
from plasticity.experiment.portion import Portion
from plasticity.experiment.spec import Experiment
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.sklearn.parameters import parameters_of, paths_of, without_words
from plasticity.sklearn.passes import next_pass
from plasticity.sklearn.responding import Learnt, learnt_by
from plasticity.store.run import Run
from plasticity.typing import Array

_RESPONSES = 1000  # samples that respond at once
_ANY_SEED = 2**31


class PlasticityTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # ships no types
    """An experiment as a transformer: `fit` runs it, `transform` lets the last layer respond.

    experiment    a preset by name, a TOML file, or an `Experiment`; its data are replaced
    neurons, epochs, batch_size   in place of those of the experiment, where given; a batch is never
                  larger than the samples that there are
    random_state  seed of all random numbers: an integer, or a `RandomState` to draw it from;
                  unless given the seed of the experiment, so that fits repeat
    listeners     objects with `@hookimpl` methods, such as callbacks at each epoch
    verbose       whether observers that only write, such as a progress bar, take part
    settings      any other setting by its path, as of `pl.run` but with two underscores for each
                  dot: `rule__power=3`, `lateral=None`, `layers__1__optimizer__rate=0.1`; of those
                  of the data only `data__constant=1.0`, a constant input beside the samples, a bias

    Settings are parameters like others: `set_params` and parameter grids take them, and
    `get_params` lists all. They are checked by `fit`, with the messages of `pl.run`.

    Fitted: `weights_` (neuron, input) of the last layer, `n_epoch_`, and `run_`, the recorded run
    with its metrics, which is left out when the estimator is pickled. `configured()` gives the
    experiment.

    Samples are those of `plasticity.Data`, also a sparse matrix, which is filled with its zeros:
    bytes (uint8) count as value / 255, other numbers as they are. Responses are float32 unless the
    experiment says float64.

    >>> import numpy as np
    >>> from plasticity.sklearn import PlasticityTransformer
    >>> samples = np.random.default_rng(0).random((200, 16))
    >>> layer = PlasticityTransformer("bcm", neurons=4, epochs=2, optimizer__rate=0.01)
    >>> layer.fit_transform(samples).shape
    (200, 4)
    """

    run_: Run
    weights_: Array
    n_epoch_: int
    _learnt: Learnt
    _dtype: np.dtype[Any]  # of the samples that it was fitted on

    def __init__(
        self,
        experiment: Any,
        *,
        neurons: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        random_state: Any = None,
        listeners: Iterable[Any] = (),
        verbose: bool = False,
        **settings: Any,
    ) -> None:
        self.experiment = experiment
        self.neurons = neurons
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.listeners = listeners
        self.verbose = verbose
        self._settings: Mapping[str, Any] = settings

    def fit(self, X: Any, y: Any = None) -> PlasticityTransformer:
        """Run the experiment from the beginning on samples (sample, input).

        y  labels (sample,) for the metrics, rules and listeners that take them
        """
        data = self._data(X, y, reset=True)
        return self._train(assemble(self._experiment(data), self.listeners))

    def partial_fit(self, X: Any, y: Any = None) -> PlasticityTransformer:
        """Go on for one epoch, on these samples; the first call begins.

        A call is one pass through its samples, in batches, and one epoch of the schedule; the
        samples may be others each time, and what encoders were fitted to stays that of the first.

        Unless `epochs` is given as a parameter, nobody knows how many calls are to come, so a
        schedule that ends with the run stays at its beginning: call 500 changes the weights as call
        10 does. With `epochs`, that many calls are to come, and with the same samples are a `fit`;
        later calls count as the last epoch of a longer run.

        Raises `SpecError` where the layers are trained one after the other.
        """
        begun = hasattr(self, "_learnt")
        data = self._data(X, y, reset=not begun)
        made = self._experiment(data)
        snapshot = self._learnt.snapshot if begun else None
        return self._train(next_pass(made, snapshot, self.listeners, self.epochs is None))

    def transform(self, X: Any) -> Array:
        """The activity (sample, neuron) of the last layer on samples (sample, input)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype="numeric", accept_sparse="csr", reset=False)
        self._check_bytes(X.dtype)
        dtype = self._learnt.experiment.dtype
        responses = np.empty((X.shape[0], self._n_features_out), dtype)
        for start in range(0, X.shape[0], _RESPONSES):
            block = slice(start, start + _RESPONSES)
            samples = Data(X[block]).take(slice(None), dtype)
            responses[block] = self._learnt.simulation.respond(samples).T
        return responses

    def configured(self) -> Experiment:
        """The experiment with all parameters put in, but for the seed; its data as it names them.

        Raises a `SpecError` for a parameter that cannot be.
        """
        shown = {"neurons": self.neurons, "epochs": self.epochs, "batch_size": self.batch_size}
        given = {name: value for name, value in shown.items() if value is not None}
        made = configure(self.experiment, **paths_of({**given, **self._settings}))
        return made if self.verbose else without_words(made)

    # -- the contract of scikit-learn ----------------------------------------------------------

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters; if `deep`, also every setting of the experiment, as `rule__power`."""
        names = self._get_param_names()
        params = {name: getattr(self, name) for name in names}
        settings = {} if not deep else self._settings_known()
        return {**settings, **self._settings, **params}

    def set_params(self, **params: Any) -> PlasticityTransformer:
        """Set parameters; a setting of the experiment by its path, as `rule__power=3`."""
        names = self._get_param_names()
        for name, value in params.items():
            if name in names:
                setattr(self, name, value)
            else:
                self._settings = {**self._settings, name: value}
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # The responses have the dtype of the experiment, whatever the samples have.
        tags.transformer_tags.preserves_dtype = []
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """All but the recorded run, which stays in this process."""
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "run_"}

    @property
    def _n_features_out(self) -> int:
        return len(self.weights_)

    # -- within --------------------------------------------------------------------------------

    def _settings_known(self) -> dict[str, Any]:
        try:
            known = parameters_of(self.configured())
        except PlasticityError:
            return {}  # `fit` tells what is wrong
        return {name: value for name, value in known.items() if name not in self._settings}

    def _data(self, X: Any, y: Any, reset: bool) -> Data:
        X = validate_data(self, X, dtype="numeric", accept_sparse="csr", reset=reset)
        if not reset:
            self._check_bytes(X.dtype)
        labels = None if y is None else np.asarray(y)
        if labels is not None and labels.shape != (X.shape[0],):
            labels = None
        return Data(X, labels=labels)

    def _check_bytes(self, dtype: np.dtype[Any]) -> None:
        """Raise `DataError` for bytes after other integers, or these after bytes."""
        both = {self._dtype, dtype}
        if len(both) > 1 and np.dtype(np.uint8) in both and all(kind.kind in "iu" for kind in both):
            raise DataError(
                f"{type(self).__name__}: was fitted on values of type {self._dtype} and is given "
                f"{dtype}; bytes (uint8) count as value / 255 and other numbers as they are: give "
                f"the type that it was fitted on"
            )

    def _experiment(self, data: Data) -> Experiment:
        made = self.configured()
        source = made.data
        told = {"constant": getattr(source, "constant", None), **getattr(source, "settings", {})}
        data = Portion(constant=told["constant"]).of(data)
        seed = made.seed if self.random_state is None else _seed(self.random_state)
        size = min(made.batch_size, data.n_sample)
        return attrs.evolve(made, data=data, batch_size=size, seed=seed)

    def _train(self, simulation: Simulation) -> PlasticityTransformer:
        """Run to the end and keep what was learnt; nothing of an earlier fit is lost on the way.

        An interrupted run counts as far as it came: after Ctrl-C with a warning, after any other
        signal the exception goes on.
        """
        interrupted: KeyboardInterrupt | None = None
        try:
            finished = simulation.run()
        except KeyboardInterrupt as error:
            if simulation.interrupt.at_once or not hasattr(error, "run"):
                raise  # in the middle of a step
            finished, interrupted = error.run, error
        self.run_ = finished
        self.weights_ = simulation.layers[-1].arrays["weights"].copy()
        self.n_epoch_ = simulation.layers[-1].clock.epoch
        self._learnt = learnt_by(simulation)
        self._dtype = simulation.data.samples.dtype
        if interrupted is not None:
            if simulation.interrupt.number != signal.SIGINT:
                raise interrupted
            warnings.warn(
                f"{type(self).__name__}: interrupted after {self.n_epoch_} of "
                f"{simulation.experiment.n_epoch} epochs; it is fitted as far as it came",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self


def transformer_of(preset: str, name: str, module: str) -> type[PlasticityTransformer]:
    """The class of a preset: a transformer that need not be told its experiment."""

    def __init__(self: PlasticityTransformer, **parameters: Any) -> None:
        PlasticityTransformer.__init__(self, preset, **parameters)

    signature = inspect.signature(PlasticityTransformer.__init__)
    shown = [held for key, held in signature.parameters.items() if key != "experiment"]
    vars(__init__)["__signature__"] = signature.replace(parameters=shown)
    told = (inspect.getdoc(PlasticityTransformer) or "").split("\n\n")
    parameters = told[1].partition("\n")[2]
    doc = "\n\n".join([f"The preset {preset!r} as a transformer.", parameters, *told[2:5]])
    contents = {"__doc__": doc, "__module__": module, "__init__": __init__}
    return type(name, (PlasticityTransformer,), contents)


def _seed(random_state: Any) -> int:
    if isinstance(random_state, np.random.RandomState):
        return int(check_random_state(random_state).randint(_ANY_SEED))
    seed: int = random_state.item() if isinstance(random_state, np.integer) else random_state
    return seed
